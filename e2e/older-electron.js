/** The functions of a newer Electron that the app uses, by those that the test Electron has (scripts/test-electron.ts). */
import { safeStorage } from 'electron/main'

safeStorage.isAsyncEncryptionAvailable ??= async () => safeStorage.isEncryptionAvailable()
safeStorage.encryptStringAsync ??= async (text) => safeStorage.encryptString(text)
safeStorage.decryptStringAsync ??= async (sealed) => ({
  result: safeStorage.decryptString(sealed),
  shouldReEncrypt: false,
})
