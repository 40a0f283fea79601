import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { configSchema } from '../../src/config/schema/config.ts'
import type { Json } from '../../src/core/json.ts'
import { Problem } from '../../src/core/problem.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { localZone } from '../../src/kit/zone.ts'
import { network } from '../../src/kit/network.ts'
import { type CodingOptions, codingTools, toolbox, type ToolboxOptions } from '../../src/tools/toolbox.ts'
import { fakeClock } from '../fakes/clock.ts'
import { fakeMemory, fakeOutbox, fakeRecall, fakeSchedule, fakeSkills, fakeSubAgents } from '../fakes/tool-ports.ts'
import { call, contextOf, inFolder } from './context.ts'
import { theSandbox } from './sandbox.ts'

const everything = {
  outbox: fakeOutbox(),
  blobs: { put: async () => 'id' },
  schedule: fakeSchedule(),
  agents: fakeSubAgents(),
  memory: fakeMemory(),
  recall: fakeRecall([]),
  skills: fakeSkills([]),
  exec: { sandbox: theSandbox },
} satisfies Partial<ToolboxOptions>

const box = (tools: Json = {}, options: Partial<ToolboxOptions> = {}, agents: Json = {}) =>
  toolbox({
    config: configSchema.parse({ tools, agents }),
    workspace: '/nowhere',
    hidden: [],
    clock: fakeClock(),
    zone: localZone(),
    network: network(),
    version: '1',
    ...everything,
    ...options,
  })
const namesOf = (...given: Parameters<typeof box>) => box(...given).map(({ spec }) => spec.name)

test('without a word in the configuration the usual tools are there, by name', () => {
  assert.deepEqual(namesOf(), [
    'append_file',
    'cron',
    'delegate',
    'edit_file',
    'exec',
    'find_skills',
    'list_dir',
    'load_image',
    'message',
    'read_file',
    'recall',
    'remember',
    'send_file',
    'spawn',
    'subagent',
    'web_fetch',
    'web_search',
    'write_file',
  ])
})

test('each is switched by its own key, and some by another', () => {
  for (const name of [
    'append_file',
    'cron',
    'exec',
    'read_file',
    'spawn',
    'web_fetch',
    'message',
    'delegate',
    'load_image',
  ])
    assert.ok(!namesOf({ [name]: { enabled: false } }).includes(name), name)
  assert.ok(namesOf({ spawn_status: { enabled: true } }).includes('spawn_status'))
  assert.ok(!namesOf({ web: { enabled: false } }).includes('web_search'))
  assert.ok(!namesOf({ web: { duckduckgo: { enabled: false } } }).includes('web_search'))
  assert.ok(!namesOf({}, { nativeSearch: true }).includes('web_search'))
  assert.ok(namesOf({ web: { prefer_native: false } }, { nativeSearch: true }).includes('web_search'))
  assert.ok(!namesOf({ skills: { enabled: false } }).includes('find_skills'))
  const without = namesOf({ subagent: { enabled: false }, spawn_status: { enabled: true } })
  for (const name of ['subagent', 'spawn', 'spawn_status']) assert.ok(!without.includes(name), name)
})

test('a tool whose port is not there is not offered', () => {
  const bare = Object.fromEntries(Object.keys(everything).map((key) => [key, undefined])) as Partial<ToolboxOptions>
  assert.deepEqual(namesOf({}, bare), [
    'append_file',
    'edit_file',
    'list_dir',
    'read_file',
    'web_fetch',
    'web_search',
    'write_file',
  ])
})

test('an agent has what is on its list, and tools made elsewhere are among them', () => {
  const [other] = box({}, { allow: ['exec'] })
  assert.ok(other)
  const more = ['mcp_a_one', 'mcp_b_one'].map((name) => ({ ...other, spec: { ...other.spec, name } }))
  assert.deepEqual(namesOf({}, { more, allow: ['read_file', 'mcp_a_*', 'unknown'] }), ['mcp_a_one', 'read_file'])
  assert.deepEqual(namesOf({}, { more, allow: [] }), [])
  assert.ok(namesOf({}, { more }).includes('mcp_b_one'))
})

test('every tool that is not only for reading says what it does', () => {
  for (const tool of box({ spawn_status: { enabled: true } }))
    assert.equal(tool.effects !== undefined, !tool.readOnly || tool.spec.name === 'web_fetch', tool.spec.name)
})

test('what the configuration says about commands and files holds', () =>
  inFolder(async (folder) => {
    const [workspace, skills, secrets] = ['workspace', 'skills', 'secrets'].map((name) => join(folder, name))
    for (const path of [workspace, skills, secrets]) {
      await mkdir(path ?? '')
      await writeFile(join(path ?? '', 'file.txt'), 'words')
    }
    const tools = box(
      { exec: { custom_deny_patterns: ['^rm '], custom_allow_patterns: ['^rm -i '] }, allow_read_paths: ['secrets'] },
      { workspace: workspace ?? '', readable: [skills ?? ''], hidden: [secrets ?? ''] },
    )
    const run = (name: string, input: Record<string, Json>) => {
      const tool = tools.find(({ spec }) => spec.name === name)
      assert.ok(tool)
      return call(tool, input)
    }
    assert.match((await run('exec', { command: 'rm file.txt' })).text, /custom_deny_patterns/)
    assert.equal((await run('exec', { command: 'rm -i nothing; echo here' })).text.split('\n')[0], 'here')
    assert.match((await run('exec', { command: `cat ${skills}/file.txt; echo x > ${skills}/file.txt` })).text, /^words/)
    assert.match((await run('exec', { command: `cat ${secrets}/file.txt` })).text, /No such file/)
    assert.match((await run('read_file', { path: `${skills}/file.txt` })).text, /words/)
    assert.match((await run('write_file', { path: `${skills}/new`, content: 'x' })).text, /Access denied/)
    assert.match((await run('read_file', { path: `${secrets}/file.txt` })).text, /Access denied/)
  }))

test('a pattern that is none is told with its key', () => {
  assert.throws(
    () => box({ exec: { custom_deny_patterns: ['('] } }),
    (error) => error instanceof Problem && error.detail.at === 'tools.exec.custom_deny_patterns',
  )
})

const coding = (tools: Json = {}, options: Partial<CodingOptions> = {}) =>
  codingTools({
    config: configSchema.parse({ tools }),
    workspace: '/nowhere',
    hidden: [],
    clock: fakeClock(),
    exec: { sandbox: theSandbox },
    ...options,
  })
const codingNames = (...given: Parameters<typeof coding>) => coding(...given).map(({ spec }) => spec.name)

test('an executor has four tools and no more', () => {
  assert.deepEqual(codingNames(), ['bash', 'edit_file', 'read_file', 'write_file'])
})

test('what is switched off or not on the agent’s list is not for an executor either', () => {
  assert.deepEqual(codingNames({ exec: { enabled: false }, write_file: { enabled: false } }), [
    'edit_file',
    'read_file',
  ])
  assert.deepEqual(codingNames({}, { allow: ['read_file', 'exec', 'cron'] }), ['bash', 'read_file'])
  assert.deepEqual(codingNames({}, { allow: ['bash'] }), ['bash'])
  assert.deepEqual(codingNames({ exec: { enabled: false } }, { allow: ['bash'] }), [])
  assert.deepEqual(codingNames({}, { allow: [] }), [])
})

test('the owner’s settings for commands and files hold for an executor', () =>
  inFolder(async (workspace) => {
    await writeFile(join(workspace, '.env'), 'KEY=hidden')
    const tools = coding(
      { exec: { custom_deny_patterns: ['^git push'], allow_remote: false, timeout_seconds: 1 } },
      { workspace, hidden: [join(workspace, '.env')], clock: systemClock },
    )
    const run = (name: string, input: Record<string, Json>, context = contextOf()) => {
      const tool = tools.find(({ spec }) => spec.name === name)
      assert.ok(tool)
      return call(tool, input, context)
    }
    assert.match((await run('bash', { command: 'git push' })).text, /custom_deny_patterns/)
    assert.match((await run('bash', { command: 'ls' }, contextOf('telegram'))).text, /restricted to internal channels/)
    assert.equal((await run('bash', { command: 'sleep 60' })).text, 'Command timed out after 1s')
    assert.doesNotMatch((await run('bash', { command: 'cat .env' })).text, /KEY/)
    for (const [name, input] of [
      ['read_file', {}],
      ['write_file', { content: 'x', overwrite: true }],
      ['edit_file', { old_text: 'KEY', new_text: 'x' }],
    ] as const)
      assert.match((await run(name, { path: '.env', ...input })).text, /Access denied/, name)
  }))
