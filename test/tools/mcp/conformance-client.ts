// What the official conformance suite starts as the client under test: the address of its server is the last argument.
import { silent } from '../../../src/core/log.ts'
import { systemClock } from '../../../src/kit/clock.ts'
import { mcpServers } from '../../../src/tools/mcp/index.ts'
import { memoryNotes, settingsOf } from './servers.ts'

const servers = mcpServers({
  settings: settingsOf({ suite: { url: process.argv.at(-1) ?? '', type: 'http' } }),
  around: { path: '', home: '/nonexistent', folder: process.cwd() },
  clock: systemClock,
  log: silent,
  notes: memoryNotes(),
  version: '0.0.0',
})
await servers.settled()
const { signal } = new AbortController()
for (const { tools } of servers.status())
  for (const { tool } of tools) {
    const { isError } = await servers.call('suite', tool, tool === 'add_numbers' ? { a: 2, b: 3 } : {}, signal)
    if (isError) process.exitCode = 1
  }
await servers.close()
