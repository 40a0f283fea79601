import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findSkillsTool, installSkillTool } from '../../../src/tools/skills/index.ts'
import { skillInstaller } from '../../../src/tools/skills/install.ts'
import { hasChanged, presentSkills } from '../../../src/tools/skills/installed.ts'
import type { SkillFile, SkillRegistry } from '../../../src/tools/skills/ports.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { call, contextOf, inFolder } from '../context.ts'

const { signal } = new AbortController()
const file = (path: string, text = 'x'): SkillFile => ({ path, bytes: Buffer.from(text) })
const whole = [
  file('SKILL.md', '---\nname: weather\ndescription: >\n  Tells the\n  weather.\n---\n# Weather'),
  file('scripts/a.sh', 'echo'),
]

/** A registry that has one skill. */
function registry(
  files: readonly SkillFile[] = whole,
  more: { readonly warning?: string; readonly folder?: string } = {},
): SkillRegistry {
  return {
    name: 'clawhub',
    search: async () => [],
    fetch: async (slug, version = '1.2.3') => ({ folder: slug, slug, version, files, ...more }),
  }
}
const installerIn = (workspace: string, from = registry()) =>
  skillInstaller({ workspace, registries: [from], clock: fakeClock(1_700_000_000_000) })

test('a skill is installed with its origin, for its owner alone, and nothing in it can be run', () =>
  inFolder(async (workspace) => {
    const installed = await installerIn(workspace).install({ slug: 'weather' }, signal)
    const location = join(workspace, 'skills', 'weather')
    assert.deepEqual(installed, { name: 'weather', registry: 'clawhub', version: '1.2.3', location })
    assert.equal(readFileSync(join(location, 'scripts', 'a.sh'), 'utf8'), 'echo')
    assert.equal(statSync(join(location, 'scripts', 'a.sh')).mode & 0o777, 0o600)
    const { sha256, ...origin } = JSON.parse(readFileSync(join(location, '.skill-origin.json'), 'utf8')) as Record<
      string,
      unknown
    >
    assert.match(String(sha256), /^[0-9a-f]{64}$/)
    assert.deepEqual(origin, {
      version: 1,
      registry: 'clawhub',
      slug: 'weather',
      installed_version: '1.2.3',
      installed_at: 1_700_000_000_000,
    })
    assert.deepEqual(readdirSync(join(workspace, 'skills')), ['weather'])
  }))

test('a skill that is there is replaced only when that is wanted, and then as a whole', () =>
  inFolder(async (workspace) => {
    await installerIn(workspace).install({ slug: 'weather' }, signal)
    const next = installerIn(workspace, registry([file('SKILL.md', 'new')]))
    await assert.rejects(next.install({ slug: 'weather' }, signal), /already installed at .*force=true/)
    await next.install({ slug: 'weather', force: true, version: '2.0.0' }, signal)
    assert.deepEqual(readdirSync(join(workspace, 'skills', 'weather')).toSorted(), ['.skill-origin.json', 'SKILL.md'])
    assert.deepEqual(readdirSync(join(workspace, 'skills')), ['weather'])
  }))

const refused: Readonly<Record<string, readonly [readonly SkillFile[], RegExp]>> = {
  'no SKILL.md': [[file('README.md')], /no SKILL\.md/],
  'a path upward': [[...whole, file('../../AGENT.md')], /path/],
  'two files of one name': [[...whole, file('Skill.md')], /two files of one name/],
  'a file and a folder of one name': [[...whole, file('scripts')], /file and a folder/],
  'too many files': [[...whole, ...Array.from({ length: 500 }, (_, index) => file(`f${index}`))], /more than 500/],
}
for (const [name, [files, why]] of Object.entries(refused))
  test(`a skill is refused for ${name}, and leaves nothing behind`, () =>
    inFolder(async (workspace) => {
      await assert.rejects(installerIn(workspace, registry(files)).install({ slug: 'weather' }, signal), why)
      assert.deepEqual(readdirSync(join(workspace, 'skills')), [])
      assert.ok(!existsSync(join(workspace, 'AGENT.md')))
    }))

test('a skill brings no origin of its own, and goes into no folder that it names badly', () =>
  inFolder(async (workspace) => {
    const forged = registry([...whole, file('.skill-origin.json', '{"registry":"trusted"}')])
    await installerIn(workspace, forged).install({ slug: 'weather' }, signal)
    assert.match(
      readFileSync(join(workspace, 'skills', 'weather', '.skill-origin.json'), 'utf8'),
      /"registry": "clawhub"/,
    )
    const outside = registry(whole, { folder: '../weather' })
    await assert.rejects(installerIn(workspace, outside).install({ slug: 'weather' }, signal), /cannot be the name/)
  }))

test('a folder of skills that leads out of the workspace is not written to', () =>
  inFolder((elsewhere) =>
    inFolder(async (workspace) => {
      symlinkSync(elsewhere, join(workspace, 'skills'))
      await assert.rejects(installerIn(workspace).install({ slug: 'weather' }, signal), /denied/)
      assert.deepEqual(readdirSync(elsewhere), [])
    }),
  ))

test('what a killed install left behind is removed by the next', () =>
  inFolder(async (workspace) => {
    mkdirSync(join(workspace, 'skills', '.install-a1b2C3'), { recursive: true })
    await installerIn(workspace).install({ slug: 'weather' }, signal)
    assert.deepEqual(readdirSync(join(workspace, 'skills')), ['weather'])
  }))

test('installed skills are listed with their origin; the first place wins, and a change is seen', () =>
  inFolder(async (workspace) => {
    await installerIn(workspace).install({ slug: 'weather' }, signal)
    mkdirSync(join(workspace, 'global', 'other'), { recursive: true })
    writeFileSync(join(workspace, 'global', 'other', 'SKILL.md'), '---\nname: weather\n---\n')
    mkdirSync(join(workspace, 'global', 'plain'))
    writeFileSync(join(workspace, 'global', 'plain', 'SKILL.md'), '---\n{ broken\n---\nText')
    mkdirSync(join(workspace, 'global', 'none'))
    const list = await presentSkills([
      { source: 'workspace', folder: join(workspace, 'skills') },
      { source: 'global', folder: join(workspace, 'global') },
    ])
    assert.deepEqual(
      list.map(({ name, source, description, origin }) => [name, source, description, origin?.version]),
      [
        ['plain', 'global', '', undefined],
        ['weather', 'workspace', 'Tells the weather.', '1.2.3'],
      ],
    )
    const [plain, weather] = list
    assert.ok(plain && weather)
    assert.equal(await hasChanged(plain), undefined)
    assert.equal(await hasChanged(weather), false)
    writeFileSync(join(weather.location, 'scripts', 'a.sh'), 'curl evil')
    assert.equal(await hasChanged(weather), true)
  }))

test('a skill is removed, and only a skill', () =>
  inFolder(async (workspace) => {
    const installer = installerIn(workspace)
    await installer.install({ slug: 'weather' }, signal)
    for (const name of ['..', '../skills', '.', '']) await assert.rejects(installer.remove(name), /cannot be the name/)
    await installer.remove('weather')
    assert.deepEqual(readdirSync(join(workspace, 'skills')), [])
    await assert.rejects(installer.remove('weather'), /no skill/)
  }))

test('install_skill asks for an approval by what it does, and tells what it did', () =>
  inFolder(async (workspace) => {
    const tool = installSkillTool(
      installerIn(workspace, registry(whole, { warning: 'skill "weather" is flagged as suspicious.' })),
    )
    assert.equal(tool.readOnly, false)
    assert.deepEqual(tool.effects?.({ slug: 'weather' }, contextOf()), ['install'])
    assert.equal(tool.destination?.({ slug: 'weather', registry: 'clawhub' }, contextOf()), 'skill:clawhub:weather')
    const { text } = await call(tool, { slug: 'weather', registry: 'clawhub' })
    assert.match(text, /^Warning: .*suspicious/)
    assert.match(text, /Successfully installed skill "weather" v1\.2\.3 from clawhub registry\.\nLocation: /)
    const again = await call(tool, { slug: 'weather' })
    assert.equal(again.failed, true)
    assert.match(again.text, /force=true/)
  }))

test('find_skills shows what could be installed, as text from outside', async () => {
  const found = [
    {
      slug: 'weather',
      name: 'Weather',
      summary: 'Tells\nthe weather.',
      version: '1.2.3',
      registry: 'clawhub',
      score: 0.5,
    },
    { slug: 'o/r/w', summary: 'Other.', registry: 'github', score: 0.25 },
  ]
  const tool = findSkillsTool({ find: async (_query, limit) => found.slice(0, limit) })
  const output = await tool.run({ query: 'weather' }, contextOf())
  assert.equal(output.outside, 'web')
  const { text } = await call(tool, { query: 'weather' })
  assert.match(
    text,
    /Found 2 skills for "weather":\n\n1\. \*\*weather\*\* v1\.2\.3 {2}\(score: 0\.500, registry: clawhub\)\n {3}Name: Weather\n {3}Tells the weather\./,
  )
  assert.match(text, /2\. \*\*o\/r\/w\*\* {2}\(score: 0\.250, registry: github\)/)
  assert.match((await call(tool, { query: 'weather', limit: 1 })).text, /Found 1 skills/)
  assert.equal((await call(tool, { query: '' })).failed, true)
})
