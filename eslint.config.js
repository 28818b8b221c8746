import js from '@eslint/js'
import globals from 'globals'
import svelte from 'eslint-plugin-svelte'
import tseslint from 'typescript-eslint'

/** Which folders of src-main a folder may import from; everything else is refused. Dependencies point inwards. */
const INWARDS = {
  core: [],

  engines: ['core'],
  images: ['core'],
  workers: ['core', 'engines', 'images'],
  jobs: ['core', 'images', 'workers', 'engines'],
  app: ['core', 'images', 'workers', 'jobs'],
  cli: ['core', 'images', 'workers', 'jobs', 'app', 'host'],
  host: ['core', 'images', 'workers', 'jobs', 'app'],
  shell: ['core', 'images', 'workers', 'jobs', 'app', 'host'],
}

const layers = Object.entries(INWARDS).map(([folder, allowed]) => ({
  files: [`src-main/${folder}/**/*.ts`],
  ignores: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...Object.keys(INWARDS)
            .filter((other) => other !== folder && !allowed.includes(other))
            .map((other) => ({
              regex: `^(\\.\\./)+${other}/`,
              message: `${folder}/ may not import from ${other}/: dependencies point inwards.`,
            })),
          ...(folder === 'core'
            ? [
                {
                  regex: '^(node:(?!crypto$)|electron|sharp|onnxruntime)',
                  message: 'core/ is pure: no files, no clock, no Electron.',
                },
              ]
            : []),
          ...(folder === 'shell' ? [] : [{ regex: '^electron(/|$)', message: 'Only shell/ imports electron.' }]),
        ],
      },
    ],
  },
}))

export default tseslint.config(
  {
    ignores: [
      'out/',
      'dist/',
      'node_modules/',
      'src-main/engines/onnx/onnx_pb.ts',
      '**/*.assembly.ts',
      'playwright-report/',
      'test-results/',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node } },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: 'Randomness is seeded: use core/random.',
        },
      ],
    },
  },
  {
    files: ['src-main/core/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { 'no-restricted-globals': ['error', 'process', 'Date', 'performance', 'setTimeout', 'window', 'document'] },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts', 'src-renderer/**/*.ts'],
    languageOptions: { globals: { ...globals.browser }, parserOptions: { parser: tseslint.parser } },
  },
  ...layers.map((layer) => ({
    ...layer,
    rules: { '@typescript-eslint/no-restricted-imports': layer.rules['no-restricted-imports'] },
  })),
)
