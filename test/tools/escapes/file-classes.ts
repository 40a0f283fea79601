import type { JsonObject } from '../../../src/core/json.ts'

export type FileCall = readonly [tool: string, path: string]

/** Paths that lead out; each is tried with every tool that fits. */
export const waysOut: readonly string[] = [
  '{outside}/secret.txt',
  '../outside/secret.txt',
  './../outside/secret.txt',
  'sub/../../outside/secret.txt',
  'sub/deep/../../../outside/secret.txt',
  'missing/../../outside/secret.txt',
  '{workspace}/../outside/secret.txt',
  '{workspace}/sub/../../outside/secret.txt',
  '/{outside}/secret.txt',
  '{outside}//secret.txt',
  '{outside}/./secret.txt',
  '{outside}/folder/../secret.txt',
  '{workspace}-not/../outside/secret.txt',
  '/proc/self/root{outside}/secret.txt',
  '/proc/{host}/root{outside}/secret.txt',
  '/proc/self/cwd/../../../../../../..{outside}/secret.txt',
  '/dev/../{outside}/secret.txt',
  '..//outside//secret.txt',
  '../outside/folder/file.txt',
  '../outside/folder/../file.txt',
  'sub/./.././../outside/file.txt',
  '../../../../../../../../../../../../../../..{outside}/secret.txt',
]

/** Links that are there before the call. */
export const links: readonly { readonly link: string; readonly to: string; readonly ask: string }[] = [
  { link: 'a', to: '{outside}/secret.txt', ask: 'a' },
  { link: 'a', to: '../outside/secret.txt', ask: 'a' },
  { link: 'a', to: '{outside}', ask: 'a/secret.txt' },
  { link: 'a', to: '../outside', ask: 'a/secret.txt' },
  { link: 'a', to: '..', ask: 'a/outside/secret.txt' },
  { link: 'a', to: '/', ask: 'a{outside}/secret.txt' },
  { link: 'sub/a', to: '../../outside', ask: 'sub/a/secret.txt' },
  { link: 'sub/a', to: '../../outside/file.txt', ask: 'sub/a' },
  { link: 'sub/deep/a', to: '{outside}/folder', ask: 'sub/deep/a/file.txt' },
  { link: 'a', to: '{outside}/folder', ask: 'a/../secret.txt/../../outside/file.txt' },
  { link: 'a', to: 'way-out', ask: 'a/secret.txt' },
  { link: 'a', to: 'way-out/secret.txt', ask: 'a' },
  { link: 'a', to: 'secret-link', ask: 'a' },
  { link: 'a', to: './sub/../way-out/folder', ask: 'a/file.txt' },
  { link: 'a', to: '/proc/self/root{outside}', ask: 'a/secret.txt' },
  { link: 'a', to: '/proc/{victim}/environ', ask: 'a' },
  { link: 'a', to: '/proc/{victim}', ask: 'a/environ' },
  { link: 'a', to: '/proc/self/cwd', ask: 'a/../../../../../..{outside}/secret.txt' },
  { link: 'a', to: '{outside}/new', ask: 'a' },
  { link: 'a', to: '{outside}/new-folder', ask: 'a/new' },
  { link: 'a', to: '../outside/folder/new', ask: 'a' },
  { link: 'a', to: '{workspace}/../outside/secret.txt', ask: 'a' },
]

/** What every tool is given beside the path. */
export const inputs: Readonly<Record<string, JsonObject>> = {
  read_file: {},
  list_dir: {},
  write_file: { content: 'x', overwrite: true },
  append_file: { content: 'x' },
  edit_file: { old_text: 'CANARY', new_text: 'x' },
}

/** What is exchanged for a link to the outside between the look at a path and its use. */
export const swaps: readonly { readonly ask: string; readonly swap: string; readonly to: string }[] = [
  { ask: 'sub/file.txt', swap: 'sub/file.txt', to: '{outside}/file.txt' },
  { ask: 'sub/file.txt', swap: 'sub', to: '{outside}' },
  { ask: 'sub/file.txt', swap: 'sub', to: '../outside/folder' },
  { ask: 'sub/deep/file.txt', swap: 'sub', to: '{outside}' },
  { ask: 'sub/deep/file.txt', swap: 'sub/deep', to: '{outside}/folder' },
  { ask: 'sub/folder/file.txt', swap: 'sub', to: '{outside}' },
  { ask: 'sub/folder/new/file.txt', swap: 'sub', to: '../outside' },
  { ask: 'sub/deep/new/file.txt', swap: 'sub/deep', to: '{outside}' },
  { ask: 'sub/secret.txt', swap: 'sub', to: '{outside}' },
  { ask: 'sub/secret.txt', swap: 'sub', to: 'way-out' },
  { ask: 'sub/file.txt', swap: 'sub/file.txt', to: '../secret-link' },
  { ask: 'sub/file.txt', swap: 'sub/file.txt', to: '../../outside/secret.txt' },
  { ask: 'sub/file.txt', swap: 'sub', to: '/proc/self/root{outside}' },
  { ask: 'sub/deep/secret.txt', swap: 'sub/deep', to: '../../outside/folder' },
  { ask: 'sub/deep/secret.txt', swap: 'sub/deep', to: '../way-out' },
  { ask: 'sub/deep/file.txt', swap: 'sub/deep/file.txt', to: '{outside}/folder/file.txt' },
  { ask: 'file.txt', swap: 'file.txt', to: 'secret-link' },
  { ask: 'file.txt', swap: 'file.txt', to: '{outside}/secret.txt' },
  { ask: 'file.txt', swap: 'file.txt', to: '/proc/{victim}/environ' },
  { ask: 'sub/folder/secret.txt', swap: 'sub', to: '../outside' },
  { ask: 'sub/folder/secret.txt', swap: 'sub', to: '{workspace}/../outside' },
]
