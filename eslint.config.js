import js from '@eslint/js'
import globals from 'globals'
import svelte from 'eslint-plugin-svelte'
import tseslint from 'typescript-eslint'
import LAYERS from './layers.json' with { type: 'json' }

const layers = Object.entries(LAYERS).map(([room, { may }]) => ({
  files: [`${room}/**/*.{ts,svelte}`],
  ignores: ['**/*.test.ts'],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          ...Object.keys(LAYERS)
            .filter((other) => other !== room && !may.includes(other))
            .map((other) => ({
              regex: pathTo(other),
              message: `${room}/ may not import from ${other}/: dependencies point inwards (layers.json).`,
            })),
          ...(room === 'src-main/core'
            ? [
                {
                  regex: '^(node:(?!crypto$)|electron|sharp|onnxruntime)',
                  message: 'core/ is pure: no files, no clock, no Electron.',
                },
              ]
            : []),
          ...(room === 'src-main/shell' || room === 'src-preload'
            ? []
            : [{ regex: '^electron(/|$)', message: 'Only shell/ and the preload import electron.' }]),
        ],
      },
    ],
  },
}))

/** Relative paths into a room: of src-main's, those that leave a room of it or name src-main. */
function pathTo(room) {
  const inside = room.replace(/^src-main\//, '')
  return inside === room ? `^(\\.\\./)+${room}/` : `^(\\.\\./)+(src-main/)?${inside}/`
}

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
    files: ['**/*.ts'],
    ignores: ['**/*.svelte.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/require-array-sort-compare': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
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
  ...layers,
)
