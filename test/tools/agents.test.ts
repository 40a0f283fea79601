import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delegateTool } from '../../src/tools/agents/delegate.ts'
import { spawnTool, subagentTool } from '../../src/tools/agents/spawn.ts'
import { spawnStatusTool } from '../../src/tools/agents/status.ts'
import { recallTool, rememberTool } from '../../src/tools/memory.ts'
import type { SubAgentState } from '../../src/tools/ports.ts'
import { fakeMemory, fakeRecall, fakeSubAgents } from '../fakes/tool-ports.ts'
import { call, contextOf } from './context.ts'

test('spawn hands the task over and tells the id at once', async () => {
  const agents = fakeSubAgents()
  const tool = spawnTool(agents)
  assert.deepEqual(await call(tool, { task: ' Count the stars ', label: 'stars', agent_id: 'astro' }), {
    text: "Spawned subagent 'stars' for task: Count the stars\n[id: sub-1]",
    failed: false,
  })
  assert.deepEqual(agents.asked, [{ task: 'Count the stars', label: 'stars', agent: 'astro' }])
  assert.deepEqual(tool.effects?.({ task: 'x' }, contextOf()), ['delegate'])
})

test('subagent and delegate give the answer, and keep the mark of words from outside', async () => {
  const agents = fakeSubAgents({ text: 'There are many.', outside: 'web' })
  const asked = await subagentTool(agents).run({ task: 'Count', label: 'stars' }, contextOf())
  assert.deepEqual(asked.content, [
    { type: 'text', text: 'Subagent task completed:\nLabel: stars\nResult: There are many.' },
  ])
  const delegated = await delegateTool(agents).run({ agent_id: 'astro', task: 'Count' }, contextOf())
  assert.deepEqual(delegated.content, [{ type: 'text', text: 'Agent astro answered:\nThere are many.' }])
  assert.deepEqual([asked.outside, delegated.outside], ['web', 'web'])
  assert.deepEqual(agents.asked.at(-1), { agent: 'astro', task: 'Count' })
})

const states: readonly SubAgentState[] = [
  { id: 'a', label: 'stars', agent: 'main', task: 'Count', state: 'done', startedAt: 0, result: 'x'.repeat(301) },
  { id: 'b', agent: 'main', task: 'Sing', state: 'running', startedAt: 60_000 },
]

test('the status of sub-agents counts them and shows each, one alone with its whole result', async () => {
  const tool = spawnStatusTool(fakeSubAgents(undefined, states))
  assert.equal(
    (await call(tool, {})).text,
    `Subagent status report (2 total):
  Running: 1
  Completed: 1

[a] status=completed label="stars" agent=main created=1970-01-01 00:00:00 UTC
  task: Count
  result: ${'x'.repeat(300)}…
[b] status=running agent=main created=1970-01-01 00:01:00 UTC
  task: Sing`,
  )
  assert.match((await call(tool, { task_id: 'a' })).text, /x{301}$/)
  assert.match((await call(tool, { task_id: 'c' })).text, /There is no sub-agent c/)
  assert.equal((await call(spawnStatusTool(fakeSubAgents()), {})).text, 'No subagents have been spawned yet.')
})

test('a fact is remembered once', async () => {
  const memory = fakeMemory()
  const tool = rememberTool(memory)
  assert.equal((await call(tool, { fact: ' Ada likes tea. ' })).text, 'Remembered: Ada likes tea.')
  assert.match((await call(tool, { fact: 'Ada likes tea.' })).text, /remembered already/)
  assert.equal((await call(tool, { fact: 'Rain', where: 'today' })).failed, false)
  assert.deepEqual([...memory.facts], ['memory: Ada likes tea.', 'today: Rain'])
  assert.deepEqual(tool.effects?.({ fact: 'x' }, contextOf()), ['memory'])
})

test('what was said is found with its time and place, and marked when a tool said it', async () => {
  const hit = { session: 'test', seq: 1, at: 0, role: 'user', excerpt: 'the\ntea' } as const
  const found = await recallTool(fakeRecall([hit, { ...hit, session: 'other' }])).run({ query: 'tea' }, contextOf())
  assert.deepEqual(found, {
    content: [
      {
        type: 'text',
        text: 'Found 2 places for "tea":\n- 1970-01-01 00:00 UTC, user: the tea\n- 1970-01-01 00:00 UTC, user (other): the tea',
      },
    ],
  })
  const tools = await recallTool(fakeRecall([{ ...hit, role: 'tool' }])).run({ query: 'tea' }, contextOf())
  assert.equal(tools.outside, 'file')
  assert.equal((await call(recallTool(fakeRecall([])), { query: 'tea' })).text, 'Nothing was said about: tea')
})
