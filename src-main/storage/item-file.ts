/** A raw file of items of equal size, such as thumbnails: item i starts at i·size. */
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { diskError, syncFolder } from './folders.js'

export class ItemFile {
  private constructor(
    private readonly file: FileHandle,
    readonly path: string,
    /** Bytes of an item. */
    readonly size: number,
  ) {}

  /** Opens the file to add to it; it is made when there is none. */
  static async open(path: string, size: number): Promise<ItemFile> {
    const exists = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
      return null
    })
    if (exists) return new ItemFile(exists, path, size)
    const made = await open(path, 'w+', 0o600)
    await syncFolder(dirname(path))
    return new ItemFile(made, path, size)
  }

  /** @throws RangeError unless there are exactly `size` bytes. */
  async write(item: number, bytes: Uint8Array): Promise<void> {
    if (bytes.length !== this.size) throw new RangeError(`an item has ${this.size} bytes, not ${bytes.length}`)
    try {
      for (let done = 0; done < this.size;) {
        done += (await this.file.write(bytes, done, this.size - done, item * this.size + done)).bytesWritten
      }
    } catch (error) {
      throw diskError(this.path, error)
    }
  }

  /** @throws RangeError when the file ends before the item does. */
  async read(item: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(this.size)
    const { bytesRead } = await this.file.read(bytes, 0, this.size, item * this.size)
    if (bytesRead !== this.size) throw new RangeError(`${this.path} has no item ${item}`)
    return bytes
  }

  /** Resolves when all that was written is on disk. */
  async sync(): Promise<void> {
    await this.file.datasync()
  }

  async close(): Promise<void> {
    await this.file.close()
  }
}
