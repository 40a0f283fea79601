// Bundles src/main.ts into dist/: one ES module per lazy import, minified.
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import * as http from 'node:http'
import { build, type Plugin } from 'rolldown'

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
  plugins: [lightHttp],
  resolve: { mainFields: ['module', 'main'] },
  // Native code that discord.js does without, and an eval of its own for its shards, which we have none of.
  external: ['zlib-sync'],
  checks: { eval: false },
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
