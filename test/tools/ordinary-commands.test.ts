import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../src/kit/clock.ts'
import { execTool } from '../../src/tools/exec/index.ts'
import { fileAccess } from '../../src/tools/files/access.ts'
import { contextOf, inFolder, wordsOf } from './context.ts'
import { ordinaryCommands } from './ordinary-commands.ts'
import { theSandbox } from './sandbox.ts'

test('more than two hundred ordinary commands reach the shell, and none of them is taken for words of others', async () => {
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
        const output = await tool.run({ command: `echo reached-the-shell\n${command ?? ''}` }, contextOf())
        const text = wordsOf(output)
        if (!text.includes('reached-the-shell')) refused.push(`${command}: ${text}`)
        assert.equal(output.outside, undefined, command)
      })
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  assert.deepEqual(refused, [])
})
