// Bundles src/main.ts into dist/: one ES module per lazy import, minified.
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import * as http from 'node:http'
import { build, type Plugin } from 'rolldown'

/** Accelerators that the WebSocket libraries use when somebody installed them; without them they go on in JavaScript. */
const optional = ['bufferutil', 'utf-8-validate', 'zlib-sync']

/** discord.js evaluates text that a parent process of its own sends. There is none here, and nothing in this program evaluates text. */
const withoutEval: Plugin = {
  name: 'without-eval',
  transform: {
    filter: { id: /discord\.js\/src\/client\/Client\.js$/, code: 'eval(script)' },
    handler: (code) => code.replace('return eval(script)', "throw new Error('Nothing is evaluated here.')"),
  },
}

/**
 * discord.js brings two copies of undici and uses their fetch alone, which Node has as well. Its own way of asking is never taken: every REST
 * client here is given another (`makeRequest`).
 */
const ownFetch: Plugin = {
  name: 'own-fetch',
  resolveId: {
    filter: { id: /^undici$/ },
    handler: (_, importer = '') =>
      /node_modules\/(discord\.js|@discordjs\/rest)\//.test(importer) ? '\0own-fetch' : null,
  },
  load: {
    filter: { id: /^\0own-fetch$/ },
    handler: () =>
      "export const { fetch, Headers, FormData } = globalThis\nexport const request = () => { throw new Error('makeRequest is missing.') }",
  },
}

/** Exports of `node:http` that stand for classes of the web's fetch. */
const ofTheWeb = new Set(['default', 'module.exports', 'WebSocket', 'CloseEvent', 'MessageEvent'])
const own = Object.keys(http).filter((name) => !ofTheWeb.has(name))
/**
 * An import of a module of Node reads all that it exports. With `node:http` that loads the web's classes, some 15 MB, which an idle gateway
 * does without: so it is got another way.
 */
const lightHttp: Plugin = {
  name: 'light-http',
  resolveId: (id, _, { kind }) =>
    kind === 'import-statement' && (id === 'http' || id === 'node:http') ? '\0light-http' : undefined,
  load: (id) =>
    id === '\0light-http'
      ? `const http = process.getBuiltinModule('node:http')\nexport default http\nexport const { ${own.join(', ')} } = http\n`
      : undefined,
}

rmSync('dist', { recursive: true, force: true })
const { output } = await build({
  input: { main: 'src/main.ts' },
  platform: 'node',
  external: optional,
  plugins: [withoutEval, ownFetch, lightHttp],
  // A warning is a mistake in waiting, such as a module that is missing on another machine.
  onLog(level, log) {
    if (level === 'warn') throw new Error(log.message)
  },
  resolve: { mainFields: ['module', 'main'] },
  output: {
    dir: 'dist',
    format: 'esm',
    minify: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    banner: (chunk) => (chunk.isEntry ? '#!/usr/bin/env node' : ''),
  },
})
chmodSync('dist/main.js', 0o755)
const graph = output.flatMap((item) =>
  item.type === 'chunk'
    ? [{ file: item.fileName, imports: item.imports, lazy: item.dynamicImports, modules: item.moduleIds }]
    : [],
)
const here = process.cwd()
writeFileSync(
  'dist/graph.json',
  JSON.stringify(
    graph.map((chunk) => ({ ...chunk, modules: chunk.modules.map((id) => id.replace(`${here}/`, '')) })),
    null,
    1,
  ),
)
