// Bundles src/main.ts into dist/: one ES module per lazy import, minified.
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'rolldown'

rmSync('dist', { recursive: true, force: true })
const { output } = await build({
  input: { main: 'src/main.ts' },
  platform: 'node',
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
