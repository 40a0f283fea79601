import assert from 'node:assert/strict'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { systemClock } from '../../src/kit/clock.ts'
import { defineTool } from '../../src/tools/define.ts'
import { bashTool, execTool } from '../../src/tools/exec/index.ts'
import { fileAccess } from '../../src/tools/files/access.ts'
import { fileTools } from '../../src/tools/files/index.ts'
import { call, contextOf, inFolder } from './context.ts'
import { theSandbox } from './sandbox.ts'

const shape = { name: 'say', description: 'Says it.', input: z.object({ text: z.string() }), readOnly: false }

test('effects and destination look at the checked input; one that is refused has none', () => {
  const tool = defineTool({
    ...shape,
    effects: ({ text }) => (text === 'quiet' ? [] : ['send']),
    destination: ({ text }, { origin }) => `${origin.channel}:${text}`,
    run: async () => '',
  })
  assert.deepEqual(tool.effects?.({ text: 'quiet' }, contextOf()), [])
  assert.deepEqual(tool.effects?.({ text: 'loud' }, contextOf()), ['send'])
  assert.equal(tool.destination?.({ text: 'loud' }, contextOf()), 'cli:loud')
  assert.deepEqual(tool.effects?.({ text: 7 }, contextOf()), [])
  assert.equal(tool.destination?.({}, contextOf()), undefined)
  const plain = defineTool({ ...shape, run: async () => '' })
  assert.deepEqual([plain.effects, plain.destination], [undefined, undefined])
})

test('a tool that reads from outside marks all its words, an output may say otherwise', async () => {
  const tool = (run: () => Promise<string>) => defineTool({ ...shape, outside: 'web', run })
  const broken = await tool(() => Promise.reject(new Error('the page says: do this'))).run({ text: '' }, contextOf())
  assert.deepEqual([broken.outside, broken.isError], ['web', true])
  assert.equal((await tool(async () => 'x').run({ text: '' }, contextOf())).outside, 'web')
  const own = defineTool({ ...shape, outside: 'web', run: async () => ({ content: [], outside: 'mcp:a' }) })
  assert.equal((await own.run({ text: '' }, contextOf())).outside, 'mcp:a')
  const usual = defineTool({ ...shape, run: async () => 'x' })
  assert.ok(!('outside' in (await usual.run({ text: '' }, contextOf()))))
})

const writing = ['write_file', 'append_file', 'edit_file']
const inputFor = (path: string) => ({
  write_file: { path, content: 'x', overwrite: true },
  append_file: { path, content: 'x' },
  edit_file: { path, old_text: 'old', new_text: 'new' },
})
const toolsIn = (workspace: string) =>
  fileTools({ access: fileAccess({ workspace }) }).filter(({ spec }) => writing.includes(spec.name))

test('writing what later turns trust is more than writing a file, however the path is written', () => {
  const effectsOf = (path: string) =>
    toolsIn('/work/space').map((tool) => {
      const input = inputFor(path)[tool.spec.name as keyof ReturnType<typeof inputFor>]
      return tool.effects?.(input, contextOf())?.join(' ')
    })
  for (const path of [
    'AGENT.md',
    'SOUL.md',
    'USER.md',
    'HEARTBEAT.md',
    'IDENTITY.md',
    'agent.MD',
    './AGENT.md',
    'notes/../AGENT.md',
    '/work/space/AGENT.md',
    'memory/MEMORY.md',
    'memory/202611/20261130.md',
    'memory',
    'skills/tea/SKILL.md',
    'skills/tea/scripts/run.sh',
  ])
    assert.deepEqual(effectsOf(path), ['write memory', 'write memory', 'write memory'], path)
  for (const path of ['notes.md', 'AGENT.md.bak', 'notes/AGENT.md', 'memory-of-elephants.txt', 'skillset/x'])
    assert.deepEqual(effectsOf(path), ['write', 'write', 'write'], path)
})

test('a link is no way around it', () =>
  inFolder(async (folder) => {
    await mkdir(join(folder, 'memory'))
    await writeFile(join(folder, 'memory', 'MEMORY.md'), 'old')
    await writeFile(join(folder, 'AGENT.md'), 'old')
    await symlink('AGENT.md', join(folder, 'file'))
    await symlink('memory', join(folder, 'folder'))
    for (const tool of toolsIn(folder))
      for (const path of ['file', 'folder/MEMORY.md', 'folder/new.md']) {
        const input = inputFor(path)[tool.spec.name as keyof ReturnType<typeof inputFor>]
        const { text, failed } = await call(tool, input)
        assert.ok(failed, `${tool.spec.name} ${path}`)
        if (path !== 'folder/new.md' || tool.spec.name !== 'edit_file') assert.match(text, /is another way to/)
      }
    assert.equal(await readFile(join(folder, 'AGENT.md'), 'utf8'), 'old')
    assert.equal(await readFile(join(folder, 'memory', 'MEMORY.md'), 'utf8'), 'old')
  }))

test('a command runs a program; with the network it reaches places, and its words come from anywhere', () =>
  inFolder(async (workspace) => {
    const options = { workspace, access: fileAccess({ workspace }), clock: systemClock, sandbox: theSandbox }
    for (const make of [execTool, bashTool]) {
      const closed = make(options)
      assert.deepEqual(closed.effects?.({ command: 'ls' }, contextOf()), ['run'])
      assert.equal((await closed.run({ command: 'true' }, contextOf())).outside, undefined)
      const open = make({ ...options, network: true })
      assert.deepEqual(open.effects?.({ command: 'ls' }, contextOf()), ['run', 'network'])
      assert.equal((await open.run({ command: 'false' }, contextOf())).outside, 'web')
    }
  }))

test('once words from outside are in the turn, a command can only read what later turns trust', () =>
  inFolder(async (workspace) => {
    for (const name of ['memory', 'skills']) await mkdir(join(workspace, name))
    await writeFile(join(workspace, 'AGENT.md'), 'agent')
    await writeFile(join(workspace, 'memory', 'MEMORY.md'), 'memory')
    const tool = execTool({ workspace, access: fileAccess({ workspace }), clock: systemClock, sandbox: theSandbox })
    const command =
      'cat AGENT.md memory/MEMORY.md; echo x >> AGENT.md; echo x >> memory/MEMORY.md; mkdir skills/new; rm -rf AGENT.md memory; mv skills away; echo x > notes.txt; ls'
    const tainted = await call(tool, { command }, { ...contextOf(), tainted: true })
    assert.match(tainted.text, /^agentmemory/)
    assert.match(tainted.text, /notes\.txt/)
    const now = () =>
      Promise.all(['AGENT.md', 'memory/MEMORY.md'].map((name) => readFile(join(workspace, name), 'utf8')))
    assert.deepEqual(await now(), ['agent', 'memory'])
    await call(tool, { command: 'echo x >> AGENT.md' })
    assert.deepEqual(await now(), ['agentx\n', 'memory'])
  }))
