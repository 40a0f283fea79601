import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Problem } from '../../src/core/problem.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { localZone } from '../../src/kit/zone.ts'
import { lastDays } from '../../src/workspace/days.ts'
import { openWorkspace } from '../../src/workspace/open.ts'
import { fakeClock } from '../fakes/clock.ts'
import { inPlace, put } from './place.ts'

const template = join(import.meta.dirname, '../../workspace')
/** Later than the files of a test, so that they count as settled. */
const later = fakeClock(systemClock.now() + 600_000)
const opened = (folder: string, options = {}) => openWorkspace(folder, template, { clock: later, ...options })

test('a missing workspace is made from the template, whole and for the owner alone', () =>
  inPlace({}, async (folder) => {
    const root = join(folder, 'deep', 'workspace')
    const workspace = await opened(root)
    assert.equal((await stat(root)).mode & 0o777, 0o700)
    assert.deepEqual(
      (await readdir(root, { recursive: true })).sort(),
      (await readdir(template, { recursive: true })).sort(),
    )
    assert.deepEqual(await readdir(join(folder, 'deep')), ['workspace'])
    const { files, skills, definition, warnings, notes, memory } = await workspace.read()
    assert.deepEqual(
      files.map(({ name }) => name),
      ['AGENT.md', 'SOUL.md'],
    )
    assert.equal(definition.name, 'picoclaw')
    assert.deepEqual(
      skills.map(({ name }) => name),
      ['github', 'summarize', 'weather'],
    )
    assert.deepEqual([warnings, notes, memory], [[], [], ''])
    assert.match((await workspace.heartbeat()) ?? '', /Add your heartbeat tasks below this line:/)
  }))

test('a workspace that is there, even an empty one, is left as it is', () =>
  inPlace({ 'own/AGENT.md': 'Mine.' }, async (folder) => {
    await opened(join(folder, 'own'))
    assert.deepEqual(await readdir(join(folder, 'own')), ['AGENT.md'])
    await mkdir(join(folder, 'empty'))
    const workspace = await opened(join(folder, 'empty'))
    assert.deepEqual(await readdir(join(folder, 'empty')), [])
    assert.deepEqual((await workspace.read()).files, [])
    assert.equal(await workspace.heartbeat(), undefined)
  }))

test('a template that cannot be copied whole leaves nothing behind', () =>
  inPlace({ 'template/AGENT.md': 'x' }, async (folder) => {
    const root = join(folder, 'workspace')
    await assert.rejects(openWorkspace(root, join(folder, 'no-template')), (error) => {
      assert.ok(error instanceof Problem)
      assert.match(error.message, /workspace could not be made/)
      return true
    })
    assert.deepEqual(await readdir(folder), ['template'])
  }))

test('several that open a missing workspace at once all get the same whole one', () =>
  inPlace({}, async (folder) => {
    const root = join(folder, 'workspace')
    const all = await Promise.all(Array.from({ length: 5 }, () => opened(root)))
    for (const workspace of all) assert.equal((await workspace.read()).files[0]?.name, 'AGENT.md')
    assert.deepEqual(await readdir(folder), ['workspace'])
  }))

test('definition files come without front matter and comments, in order; without AGENT.md, or with an empty one, in their old names', () =>
  inPlace(
    {
      'a/AGENT.md': '---\r\nname: one\r\n---\r\n\r\nBe kind. <!-- not this -->',
      'a/IDENTITY.md': 'ignored',
      'a/USER.md': '<!-- only a comment -->',
      'a/SOUL.md': 'Calm.',
      'b/AGENTS.md': 'Old.',
      'b/IDENTITY.md': 'Me.',
      'b/SOUL.md': 'Calm.',
      'c/AGENT.md': '\uFEFF \n',
      'c/AGENTS.md': 'Old.',
    },
    async (folder) => {
      const filesOf = async (name: string) => (await (await opened(join(folder, name))).read()).files
      assert.deepEqual(await filesOf('a'), [
        { name: 'AGENT.md', text: 'Be kind.' },
        { name: 'SOUL.md', text: 'Calm.' },
      ])
      assert.deepEqual(await filesOf('b'), [
        { name: 'AGENTS.md', text: 'Old.' },
        { name: 'SOUL.md', text: 'Calm.' },
        { name: 'IDENTITY.md', text: 'Me.' },
      ])
      // An empty one stands in while a command runs that must not make one.
      assert.deepEqual(await filesOf('c'), [{ name: 'AGENTS.md', text: 'Old.' }])
    },
  ))

const now = new Date(2026, 10, 30, 9, 30).getTime()

test('notes of the last three days are there, newest first', () =>
  inPlace(
    {
      'memory/MEMORY.md': '<!-- hint -->\n- 2026-01-01: Ada likes tea.\n',
      'memory/202611/20261130.md': '# 2026-11-30\n\n- 09:00: rain\n',
      'memory/202611/20261128.md': '- two days ago',
      'memory/202611/20261127.md': '- too old',
    },
    async (folder) => {
      const { memory, notes } = await (await opened(folder, { clock: fakeClock(now) })).read()
      assert.equal(memory, '- 2026-01-01: Ada likes tea.')
      assert.deepEqual(notes, [
        { day: '2026-11-30', text: '# 2026-11-30\n\n- 09:00: rain' },
        { day: '2026-11-28', text: '- two days ago' },
      ])
    },
  ))

test('days go back over the end of a month and of a year', () => {
  assert.deepEqual(lastDays(localZone(), new Date(2026, 0, 1, 0, 5).getTime(), 2), [
    { name: '2026-01-01', file: 'memory/202601/20260101.md' },
    { name: '2025-12-31', file: 'memory/202512/20251231.md' },
  ])
})

test('what is read stays the same object until a file changes, comes or goes', () =>
  inPlace({ 'AGENT.md': 'one', 'skills/tea/SKILL.md': '# tea\n\nMakes tea.' }, async (folder) => {
    const workspace = await opened(folder)
    const first = await workspace.read()
    assert.equal(await workspace.read(), first)
    const changes: (() => Promise<unknown>)[] = [
      () => writeFile(join(folder, 'AGENT.md'), 'two'),
      () => put(folder, { 'memory/MEMORY.md': 'fact' }),
      () => put(folder, { [`${lastDays(localZone(), later.now(), 1)[0]?.file}`]: 'note' }),
      () => put(folder, { 'skills/milk/SKILL.md': '# milk\n\nPours milk.' }),
      () => put(folder, { 'skills/tea/SKILL.md': '# tea\n\nMakes strong tea.' }),
      () => rm(join(folder, 'skills', 'milk'), { recursive: true }),
      () => rm(join(folder, 'AGENT.md')),
    ]
    let before = first
    for (const change of changes) {
      await change()
      const after = await workspace.read()
      assert.notDeepEqual(after, before, String(change))
      assert.equal(await workspace.read(), after)
      before = after
    }
  }))

test('what changed a moment ago is read again, for it may change once more within the same tick', () =>
  inPlace({ 'AGENT.md': 'one' }, async (folder) => {
    const { mtimeMs } = await stat(join(folder, 'AGENT.md'))
    const { ctimeMs } = await stat(join(folder, 'AGENT.md'))
    const workspace = await opened(folder, { clock: fakeClock(Math.max(mtimeMs, ctimeMs) + 50) })
    assert.notEqual(await workspace.read(), await workspace.read())
  }))

test('a link that leads out of the workspace is not followed, and that is told', () =>
  inPlace(
    {
      'secret.txt': 'SECRET',
      'outside/SKILL.md': '# tea\n\nSECRET tea.',
      'workspace/SOUL.md': 'Calm.',
      'workspace/real.md': 'fine',
    },
    async (folder) => {
      const root = join(folder, 'workspace')
      await mkdir(join(root, 'skills'))
      await mkdir(join(root, 'memory'))
      await symlink('../secret.txt', join(root, 'USER.md'))
      await symlink(join(folder, 'secret.txt'), join(root, 'memory', 'MEMORY.md'))
      await symlink(join(folder, 'outside'), join(root, 'skills', 'tea'))
      await symlink('../secret.txt', join(root, 'HEARTBEAT.md'))
      await symlink('real.md', join(root, 'AGENT.md'))
      const workspace = await opened(root)
      const content = await workspace.read()
      assert.doesNotMatch(JSON.stringify([content.files, content.memory, content.skills]), /SECRET/)
      assert.equal(content.files[0]?.text, 'fine')
      for (const name of ['USER.md', 'MEMORY.md', 'SKILL.md'])
        assert.ok(
          content.warnings.some((warning) => warning.includes(name) && warning.includes('leads out of the workspace')),
          name,
        )
      await assert.rejects(workspace.heartbeat(), /leads out of the workspace/)
      await assert.rejects(workspace.memory.remember({ text: 'fact', where: 'memory' }), Problem)
      assert.equal(await readFile(join(folder, 'secret.txt'), 'utf8'), 'SECRET')
    },
  ))

test('an AGENT.md that cannot be read takes every permission with it', () =>
  inPlace({ 'workspace/SOUL.md': 'Calm.', 'other.md': '---\ntools: [exec]\n---' }, async (folder) => {
    const root = join(folder, 'workspace')
    await symlink('../other.md', join(root, 'AGENT.md'))
    const { definition, warnings } = await (await opened(root)).read()
    assert.deepEqual(definition, { tools: [], skills: [], mcpServers: [], more: {} })
    assert.ok(warnings.some((warning) => warning.includes('no tools')))
  }))

test(
  'a file that nobody may read costs only itself',
  { skip: process.getuid?.() === 0 && 'root reads everything' },
  () =>
    inPlace({ 'AGENT.md': 'fine', 'SOUL.md': 'shut' }, async (folder) => {
      await chmod(join(folder, 'SOUL.md'), 0)
      const { files, warnings } = await (await opened(folder)).read()
      assert.deepEqual(files, [{ name: 'AGENT.md', text: 'fine' }])
      assert.match(warnings[0] ?? '', /SOUL\.md could not be read/)
    }),
)
