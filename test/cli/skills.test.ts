import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fakeClawhub, fakeGithub } from '../fakes/skill-registry.ts'
import { makeZip } from '../tools/skills/make-zip.ts'
import { home } from './started.ts'

const zip = makeZip([
  { name: 'SKILL.md', content: '---\nname: tides\ndescription: Tells the tides.\n---\n# Tides\nLook out.' },
])

test('a skill is searched for, installed, listed, shown and removed', async () => {
  await using server = await fakeClawhub(
    [{ slug: 'tides', summary: 'Tells the tides.', version: '1.2.3', zip }],
    'tok-reg-123456',
  )
  using none = home()
  using here = home({ PICOCLAW_BUILTIN_SKILLS: none.folder })
  here.config({
    tools: { skills: { registries: { clawhub: { base_url: server.url, auth_token: 'tok-reg-123456' } } } },
  })
  assert.equal((await here.picoclaw('skills')).stdout, 'No skills installed.\n')
  const found = await here.picoclaw('skills', 'search', 'tides')
  assert.equal(
    found.stdout,
    'Available Skills (1):\n  📦 tides\n     Tells the tides.\n     Slug: tides\n     Registry: clawhub\n     Version: 1.2.3\n',
  )
  const installed = await here.picoclaw('skills', 'install', '--registry', 'clawhub', 'tides')
  assert.deepEqual([installed.code, installed.stderr], [0, ''])
  assert.match(installed.stdout, /^Installing skill from tides\.\.\.\n✓ Skill 'tides' installed successfully!\n/)
  assert.ok(existsSync(join(here.folder, 'workspace', 'skills', 'tides', 'SKILL.md')))
  assert.ok(existsSync(join(here.folder, 'workspace', 'AGENT.md')))
  const again = await here.picoclaw('skills', 'install', 'tides')
  assert.equal(again.code, 1)
  assert.match(again.stderr, /already installed/)
  assert.equal((await here.picoclaw('skills', 'install', 'tides', '--force', '--json')).code, 0)
  // Beside those that a new workspace has.
  assert.match(
    (await here.picoclaw('skills', 'list')).stdout,
    /^Installed Skills:\n(?:.*\n)*  ✓ tides \(workspace, clawhub 1\.2\.3\)\n    Tells the tides\.\n/,
  )
  const { skills } = JSON.parse((await here.picoclaw('skills', 'list', '--json')).stdout) as {
    skills: readonly { name: string }[]
  }
  assert.ok(skills.some(({ name }) => name === 'tides'))
  assert.deepEqual(await here.picoclaw('skills', 'show', 'tides'), {
    code: 0,
    stdout: '# Tides\nLook out.\n',
    stderr: '',
  })
  writeFileSync(join(here.folder, 'workspace', 'skills', 'tides', 'extra'), '')
  assert.match((await here.picoclaw('skills', 'show', 'tides')).stderr, /no longer what was installed/)
  const removed = await here.picoclaw('skills', 'rm', 'tides')
  assert.equal(removed.stdout, "✓ Skill 'tides' removed successfully!\n")
  const absent = await here.picoclaw('skills', 'show', 'tides')
  assert.equal(absent.code, 1)
  assert.match(absent.stderr, /Skill 'tides' not found/)
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
