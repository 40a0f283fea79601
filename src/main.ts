import module from 'node:module'

const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  process.stderr.write(`picoclaw needs Node 24 or newer; this is Node ${process.versions.node}.\n`)
  process.exit(1)
}
// A default import, because a named one would fail on an old Node before the sentence above.
module.enableCompileCache()
// Telegraf's HTTP client uses parts of Node that will go one day. Whoever runs picoclaw can do nothing about it.
process.noDeprecation = true
const [{ run }, { processIo }] = await Promise.all([import('./cli/run.ts'), import('./cli/io.ts')])
process.exitCode = await run(process.argv.slice(2), processIo())
