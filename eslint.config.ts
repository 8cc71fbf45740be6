import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'
import { defineConfig } from 'eslint/config'

/** Who may import whom: processes meet only in the contract; media code knows no Svelte; ui knows no product. */
const refuse = (files: string[], group: string[], message: string) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] as never },
})

export default defineConfig(
  { ignores: ['**/dist/**', 'client/generated/**', '**/node_modules/**', 'data/**', 'test-results/**'] },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.node, ...globals.browser },
      parserOptions: {
        project: ['./tsconfig.json', './client/tsconfig.json', './client/e2e/tsconfig.json'],
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'svelte/no-navigation-without-resolve': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  { files: ['**/*.mjs', 'client/public/*.js', 'client/vite.config.ts'], ...ts.configs.disableTypeChecked },
  refuse(
    ['server/contract/**'],
    ['@peerlearn/*', '../*', 'node:*', 'ws', 'express', 'kysely'],
    'The contract imports zod and itself.',
  ),
  refuse(
    ['sfu/src/**'],
    ['@peerlearn/server*', '**/server/src/**', '**/client/**', 'kysely', 'pg', 'express'],
    'The media node knows the contract alone.',
  ),
  refuse(
    ['client/src/**'],
    ['**/server/src/**', '**/sfu/**', '@peerlearn/server*', 'node:*'],
    'The client knows the contract alone.',
  ),
  refuse(
    ['client/src/ui/**'],
    ['**/server/src/**', '@peerlearn/*', '../lib/*', '../rooms/*', '../sessions/*', '../users/*'],
    'ui/ knows nothing of the product.',
  ),
  refuse(
    ['server/src/**'],
    ['**/sfu/src/**', '**/client/**', '**/scripts/**', 'mediasoup'],
    'The server meets other processes in the contract.',
  ),
  refuse(['migrations/**'], ['@peerlearn/*', '../*'], 'Migrations import nothing of ours.'),
)
