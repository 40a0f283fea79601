// What `picoclaw agent -m` costs from start to exit against a loopback model, beside an empty Node and a bundle that only imports
// what the command cannot do without: the vendor SDK, zod and pino.
//   npm run build && node bench/startup.ts [RUNS]
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'rolldown'
import { compare, measure } from './measure.ts'

const runs = Number(process.argv[2] ?? 9)
const work = mkdtempSync(join(tmpdir(), 'picoclaw-startup-'))
const cache = { NODE_COMPILE_CACHE: join(work, 'cache') }

writeFileSync(
  join(work, 'floor.ts'),
  `import module from 'node:module'
module.enableCompileCache()
const all = await Promise.all([import('openai'), import('zod'), import('pino')])
globalThis.kept = all
`,
)
await build({
  input: join(work, 'floor.ts'),
  platform: 'node',
  resolve: { mainFields: ['module', 'main'], modules: [join(process.cwd(), 'node_modules')] },
  output: { dir: join(work, 'floor'), format: 'esm', minify: true },
  logLevel: 'silent',
})
writeFileSync(join(work, 'floor', 'package.json'), '{"type":"module"}')

const server = fork(new URL('loopback-model.ts', import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
const [port] = (await once(server, 'message')) as [number]
const home = join(work, 'home')
const config = join(work, 'config.json')
writeFileSync(
  config,
  JSON.stringify({
    model_list: [
      { model_name: 'm', model: 'openai/m', api_base: `http://127.0.0.1:${port}/v1`, api_key: 'bench-only' },
    ],
  }),
  { mode: 0o600 },
)
const picoclaw = ['dist/main.js', 'agent', '-m', 'Hello']
const env = { HOME: home, PICOCLAW_HOME: home, PICOCLAW_CONFIG: config, ...cache }

const figures = compare(runs, {
  'node -e 0': () => measure(['-e', '0'], cache),
  'SDK, zod and pino only': () => measure([join(work, 'floor', 'floor.js')], cache),
  'picoclaw agent -m': () => measure(picoclaw, env),
})
server.kill()

const floor = figures['SDK, zod and pino only']
console.log(`median of ${runs}`.padEnd(26) + 'CPU ms   wall ms   CPU ÷ imports only')
for (const [name, { cpu, wall }] of Object.entries(figures))
  console.log(
    name.padEnd(26) +
      [cpu, wall].map((value) => value.toFixed(0).padStart(6)).join('    ') +
      `   ${(cpu / (floor?.cpu ?? Number.NaN)).toFixed(2).padStart(12)}`,
  )
