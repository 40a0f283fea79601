import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fakeClawhub, fakeGithub } from '../fakes/skill-registry.ts'
import { makeZip } from '../tools/skills/make-zip.ts'
import { home } from './started.ts'

const zip = makeZip([
  { name: 'SKILL.md', content: '---\nname: weather\ndescription: Tells the weather.\n---\n# Weather\nLook out.' },
])

test('a skill is searched for, installed, listed, shown and removed', async () => {
  await using server = await fakeClawhub(
    [{ slug: 'weather', summary: 'Tells the weather.', version: '1.2.3', zip }],
    'tok-reg-123456',
  )
  using none = home()
  using here = home({ PICOCLAW_BUILTIN_SKILLS: none.folder })
  here.config({
    tools: { skills: { registries: { clawhub: { base_url: server.url, auth_token: 'tok-reg-123456' } } } },
  })
  assert.equal((await here.picoclaw('skills')).stdout, 'No skills installed.\n')
  const found = await here.picoclaw('skills', 'search', 'weather')
  assert.equal(
    found.stdout,
    'Available Skills (1):\n  📦 weather\n     Tells the weather.\n     Slug: weather\n     Registry: clawhub\n     Version: 1.2.3\n',
  )
  const installed = await here.picoclaw('skills', 'install', '--registry', 'clawhub', 'weather')
  assert.deepEqual([installed.code, installed.stderr], [0, ''])
  assert.match(installed.stdout, /^Installing skill from weather\.\.\.\n✓ Skill 'weather' installed successfully!\n/)
  assert.ok(existsSync(join(here.folder, 'workspace', 'skills', 'weather', 'SKILL.md')))
  assert.ok(existsSync(join(here.folder, 'workspace', 'AGENT.md')))
  const again = await here.picoclaw('skills', 'install', 'weather')
  assert.equal(again.code, 1)
  assert.match(again.stderr, /already installed/)
  assert.equal((await here.picoclaw('skills', 'install', 'weather', '--force', '--json')).code, 0)
  assert.equal(
    (await here.picoclaw('skills', 'list')).stdout,
    'Installed Skills:\n  ✓ weather (workspace, clawhub 1.2.3)\n    Tells the weather.\n',
  )
  const { skills } = JSON.parse((await here.picoclaw('skills', 'list', '--json')).stdout) as {
    skills: readonly { name: string }[]
  }
  assert.equal(skills[0]?.name, 'weather')
  assert.deepEqual(await here.picoclaw('skills', 'show', 'weather'), {
    code: 0,
    stdout: '# Weather\nLook out.\n',
    stderr: '',
  })
  writeFileSync(join(here.folder, 'workspace', 'skills', 'weather', 'extra'), '')
  assert.match((await here.picoclaw('skills', 'show', 'weather')).stderr, /no longer what was installed/)
  const removed = await here.picoclaw('skills', 'rm', 'weather')
  assert.equal(removed.stdout, "✓ Skill 'weather' removed successfully!\n")
  const absent = await here.picoclaw('skills', 'show', 'weather')
  assert.equal(absent.code, 1)
  assert.match(absent.stderr, /Skill 'weather' not found/)
})

test('a skill comes from a GitHub of one’s own', async () => {
  await using server = await fakeGithub({ 'tools/news/SKILL.md': '# News', 'tools/news/docs/a.md': 'a' })
  using here = home()
  here.config({ tools: { skills: { github: { base_url: server.url } } } })
  const { code, stdout, stderr } = await here.picoclaw(
    'skills',
    'install',
    `${server.url}/org/repo/tree/dev/tools/news`,
    '--json',
  )
  assert.equal(code, 0, stderr)
  const { name, registry, version } = JSON.parse(stdout) as Record<string, string>
  assert.deepEqual([name, registry, version?.slice(0, 6)], ['news', 'github', 'c0ffee'])
  assert.ok(existsSync(join(here.folder, 'workspace', 'skills', 'news', 'docs', 'a.md')))
})

test('malware is refused, a suspicious skill is installed with a warning', async () => {
  await using server = await fakeClawhub([
    { slug: 'bad', zip, moderation: { isMalwareBlocked: true } },
    { slug: 'odd', zip, moderation: { isSuspicious: true } },
  ])
  using here = home()
  here.config({ tools: { skills: { registries: { clawhub: { base_url: server.url } } } } })
  const bad = await here.picoclaw('skills', 'install', 'bad')
  assert.equal(bad.code, 1)
  assert.match(bad.stderr, /flagged as malicious/)
  assert.ok(!existsSync(join(here.folder, 'workspace', 'skills', 'bad')))
  const odd = await here.picoclaw('skills', 'install', 'odd')
  assert.equal(odd.code, 0)
  assert.match(odd.stderr, /⚠ .*suspicious/)
})

test('the skills that came with picoclaw are listed, and stay', async () => {
  using builtin = home()
  mkdirSync(join(builtin.folder, 'hello'))
  writeFileSync(join(builtin.folder, 'hello', 'SKILL.md'), '---\nname: hello\ndescription: Greets.\n---\nHi')
  using here = home({ PICOCLAW_BUILTIN_SKILLS: builtin.folder })
  assert.equal(
    (await here.picoclaw('skills', 'list-builtin')).stdout,
    'Builtin Skills:\n  ✓ hello (builtin)\n    Greets.\n',
  )
  const removed = await here.picoclaw('skills', 'remove', 'hello')
  assert.equal(removed.code, 1)
  assert.match(removed.stderr, /not in the workspace/)
})

test('skills says what it is for, and what is wrong with a command line', async () => {
  using here = home()
  assert.match((await here.picoclaw('skills', '--help')).stdout, /skills install OWNER\/REPO/)
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['instal', 'x'], /skills install/],
    [['install'], /takes one skill/],
    [['install', 'a', 'b'], /takes one skill/],
    [['search'], /takes words/],
    [['search', 'x', '--limit', 'many'], /limit/],
    [['remove'], /takes a name/],
  ]
  for (const [args, why] of wrong) {
    const { code, stderr } = await here.picoclaw('skills', ...args)
    assert.equal(code, 2, args.join(' '))
    assert.match(stderr, why)
  }
})
