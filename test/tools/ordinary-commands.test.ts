import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../src/kit/clock.ts'
import { execTool } from '../../src/tools/exec/index.ts'
import { fileAccess } from '../../src/tools/files/access.ts'
import { call, inFolder } from './context.ts'
import { ordinaryCommands } from './ordinary-commands.ts'
import { theSandbox } from './sandbox.ts'

test('more than two hundred ordinary commands reach the shell', async () => {
  assert.ok(new Set(ordinaryCommands).size >= 200)
  const work = [...ordinaryCommands]
  const refused: string[] = []
  const worker = async () => {
    for (let command = work.shift(); command !== undefined; command = work.shift())
      await inFolder(async (workspace) => {
        await mkdir(join(workspace, 'sub'))
        await writeFile(join(workspace, 'file.txt'), 'inside\n')
        await writeFile(join(workspace, 'sub', 'file.txt'), 'inside\n')
        const access = fileAccess({ workspace })
        const tool = execTool({ workspace, access, clock: systemClock, sandbox: theSandbox, timeoutSeconds: 5 })
        const { text } = await call(tool, { command: `echo reached-the-shell\n${command ?? ''}` })
        if (!text.includes('reached-the-shell')) refused.push(`${command}: ${text}`)
      })
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  assert.deepEqual(refused, [])
})
