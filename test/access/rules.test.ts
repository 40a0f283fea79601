import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/core/json.ts'
import type { Effect, ToolContext } from '../../src/core/tool.ts'
import { factsOf } from '../../src/access/facts.ts'
import { judge } from '../../src/access/rules.ts'
import { toolWith, turnContext } from './ports.ts'

interface Row {
  readonly what: string
  readonly effects: readonly Effect[]
  readonly input?: JsonObject
  readonly context?: Partial<ToolContext>
  readonly sandboxed?: boolean
  readonly named?: readonly string[]
  /** `allow`, or the row of the table. */
  readonly verdict: string
}
const terminal = { channel: 'console', chat: 'direct' }
const tainted = { tainted: true }
const member = { role: 'member' } as const

const rows: readonly Row[] = [
  { what: 'an owner runs in the sandbox', effects: ['run'], verdict: 'allow' },
  { what: 'an owner runs without one, by chat', effects: ['run'], sandboxed: false, verdict: 'no-sandbox' },
  {
    what: 'an owner runs without one, at the terminal',
    effects: ['run'],
    sandboxed: false,
    context: { origin: terminal },
    verdict: 'allow',
  },
  {
    what: 'a sub-agent of the terminal runs without one',
    effects: ['run'],
    sandboxed: false,
    context: { origin: terminal, depth: 1 },
    verdict: 'allow',
  },
  {
    what: 'outside text at the terminal, no sandbox',
    effects: ['run'],
    input: { command: 'ls' },
    sandboxed: false,
    context: { origin: terminal, ...tainted },
    verdict: 'tainted-no-sandbox',
  },
  {
    what: 'a job of the terminal, no sandbox',
    effects: ['run'],
    sandboxed: false,
    context: { origin: terminal, cause: 'cron' },
    verdict: 'no-sandbox',
  },
  {
    what: 'a member on the terminal’s channel, no sandbox',
    effects: ['run'],
    sandboxed: false,
    context: { origin: terminal, ...member },
    verdict: 'no-sandbox',
  },
  { what: 'a member runs in the sandbox', effects: ['run'], context: member, verdict: 'member-run' },
  { what: 'a member installs', effects: ['install'], context: member, verdict: 'member-install' },
  { what: 'an owner installs', effects: ['install'], verdict: 'allow' },
  { what: 'a member changes settings', effects: ['settings'], context: member, verdict: 'member-settings' },
  { what: 'an owner changes settings', effects: ['settings'], verdict: 'allow' },
  {
    what: 'a member makes a reminder',
    effects: ['schedule'],
    input: { message: 'x' },
    context: member,
    verdict: 'allow',
  },
  {
    what: 'a member schedules a command',
    effects: ['schedule'],
    input: { command: 'rm x' },
    context: member,
    verdict: 'member-command-job',
  },
  { what: 'an owner schedules a command', effects: ['schedule'], input: { command: 'rm x' }, verdict: 'allow' },
  { what: 'a member writes shared memory', effects: ['memory'], context: member, verdict: 'member-memory' },
  {
    what: 'a member writes the memory of another',
    effects: ['memory'],
    input: { to: 'memory:telegram:1' },
    context: { ...member, sender: { id: '2', name: '' } },
    verdict: 'member-memory',
  },
  {
    what: 'a member writes their own memory',
    effects: ['memory'],
    input: { to: 'memory:telegram:2' },
    context: { ...member, sender: { id: '2', name: '' } },
    verdict: 'allow',
  },
  {
    what: 'a member writes to their chat',
    effects: ['send'],
    input: { to: 'telegram:1' },
    context: member,
    verdict: 'allow',
  },
  {
    what: 'a member writes to a chat they named',
    effects: ['send'],
    input: { to: 'telegram:5' },
    named: ['telegram:5'],
    context: member,
    verdict: 'member-send',
  },
  { what: 'a member writes a file', effects: ['write'], context: member, verdict: 'allow' },
  {
    what: 'a job with a member’s rights installs',
    effects: ['install'],
    context: { ...member, cause: 'cron' },
    verdict: 'member-install',
  },
  {
    what: 'outside text, own chat',
    effects: ['send'],
    input: { to: 'telegram:1' },
    context: tainted,
    verdict: 'allow',
  },
  {
    what: 'outside text, other chat',
    effects: ['send'],
    input: { to: 'telegram:5' },
    named: ['telegram:5'],
    context: tainted,
    verdict: 'tainted-send',
  },
  {
    what: 'outside text, a send that does not say where',
    effects: ['send'],
    context: tainted,
    verdict: 'tainted-send',
  },
  {
    what: 'outside text, the chat around the thread',
    effects: ['send'],
    input: { to: 'telegram:1' },
    context: { ...tainted, origin: { channel: 'telegram', chat: '1', thread: '7' } },
    verdict: 'tainted-send',
  },
  {
    what: 'outside text, the thread itself',
    effects: ['send'],
    input: { to: 'telegram:1/7' },
    context: { ...tainted, origin: { channel: 'telegram', chat: '1', thread: '7' } },
    verdict: 'allow',
  },
  {
    what: 'outside text, a place the person named',
    effects: ['network'],
    input: { to: 'https://example.org' },
    named: ['https://example.org'],
    context: tainted,
    verdict: 'allow',
  },
  {
    what: 'outside text, a place nobody named',
    effects: ['network'],
    input: { to: 'https://evil.example' },
    context: tainted,
    verdict: 'tainted-network',
  },
  { what: 'outside text, a place not said', effects: ['network'], context: tainted, verdict: 'tainted-network' },
  { what: 'no outside text, any place', effects: ['network'], input: { to: 'https://x.example' }, verdict: 'allow' },
  {
    what: 'outside text, a program with network',
    effects: ['run', 'network'],
    input: { command: 'ls' },
    context: tainted,
    verdict: 'tainted-run-network',
  },
  {
    what: 'outside text, reading',
    effects: ['run'],
    input: { command: 'ls | wc -l' },
    context: tainted,
    verdict: 'allow',
  },
  { what: 'outside text, rm', effects: ['run'], input: { command: 'rm x' }, context: tainted, verdict: 'tainted-run' },
  {
    what: 'outside text, reading with an argument nobody knows',
    effects: ['run'],
    input: { command: 'ls', shell: '/tmp/evil' },
    context: tainted,
    verdict: 'tainted-run',
  },
  { what: 'outside text, a program without a command', effects: ['run'], context: tainted, verdict: 'tainted-run' },
  { what: 'outside text, install', effects: ['install'], context: tainted, verdict: 'tainted-install' },
  { what: 'outside text, memory', effects: ['memory'], context: tainted, verdict: 'tainted-memory' },
  {
    what: 'outside text, own memory',
    effects: ['memory'],
    input: { to: 'memory:telegram:1' },
    context: tainted,
    verdict: 'tainted-memory',
  },
  { what: 'outside text, schedule', effects: ['schedule'], context: tainted, verdict: 'tainted-schedule' },
  { what: 'outside text, settings', effects: ['settings'], context: tainted, verdict: 'tainted-settings' },
  { what: 'outside text, a new file', effects: ['write'], input: { path: 'x' }, context: tainted, verdict: 'allow' },
  {
    what: 'outside text, a replaced file',
    effects: ['write'],
    input: { path: 'x', overwrite: true },
    context: tainted,
    verdict: 'tainted-overwrite',
  },
  {
    what: 'outside text in a sub-agent',
    effects: ['memory'],
    context: { ...tainted, depth: 3 },
    verdict: 'tainted-memory',
  },
  { what: 'outside text, a sub-agent begins', effects: ['delegate'], context: tainted, verdict: 'allow' },
  {
    what: 'a compaction that wants to act',
    effects: ['write'],
    context: { cause: 'compaction' },
    verdict: 'inner-call',
  },
  { what: 'a tool that only answers', effects: [], context: { ...tainted, ...member }, verdict: 'allow' },
]

for (const { what, effects, input = {}, context, sandboxed = true, named = [], verdict } of rows)
  test(`${what}: ${verdict}`, async () => {
    const facts = await factsOf(input, toolWith(effects), turnContext(context), {
      sandboxed: () => Promise.resolve(sandboxed),
      isConsole: ({ channel }) => channel === 'console',
      isNamed: (destination) => Promise.resolve(named.includes(destination)),
    })
    const judged = judge(facts)
    assert.equal(judged === 'allow' ? 'allow' : judged.rule, verdict)
  })
