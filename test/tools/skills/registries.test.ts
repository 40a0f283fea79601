import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../../../src/core/clock.ts'
import { Problem } from '../../../src/core/problem.ts'
import { chooseRegistry, registriesOf, type SkillSettings } from '../../../src/tools/skills/registries.ts'
import type { SkillPackage, SkillRegistry } from '../../../src/tools/skills/ports.ts'
import { skillSearch } from '../../../src/tools/skills/search.ts'
import { fakeClock } from '../../fakes/clock.ts'
import { httpServer, json } from '../../fakes/http-server.ts'
import { type FakeSkill, fakeClawhub, fakeGithub } from '../../fakes/skill-registry.ts'
import { makeZip } from './make-zip.ts'

const { signal } = new AbortController()

function settings(own: Partial<SkillSettings> = {}): SkillSettings {
  return {
    enabled: true,
    registries: {},
    github: {},
    max_concurrent_searches: 2,
    search_cache: { max_size: 50, ttl_seconds: 300 },
    ...own,
  }
}
const row = (own: object) => ({ enabled: true, ...own })

/** A clock on which every wait is over at once, and written down. */
function hasty(): Clock & { readonly waits: number[] } {
  const waits: number[] = []
  return { waits, now: () => 0, sleep: async (ms) => void waits.push(ms) }
}

const zip = makeZip([
  { name: 'SKILL.md', content: '# Weather' },
  { name: 'scripts/a.sh', content: 'echo' },
])
const weather: FakeSkill = { slug: 'weather', summary: 'Tells the weather.', version: '1.2.3', zip }
const textsOf = ({ files }: SkillPackage) =>
  Object.fromEntries(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString('utf8')]))

function clawhubAt(url: string, own: object = {}, clock: Clock = hasty()): SkillRegistry {
  return chooseRegistry(
    registriesOf(settings({ registries: { mine: row({ base_url: url, ...own }) } }), { clock }),
    'x',
    'mine',
  )
}

test('a skill of a registry is fetched in its latest version, or the one asked for', async () => {
  await using server = await fakeClawhub([weather], 'tok-1')
  const registry = clawhubAt(server.url, { auth_token: 'tok-1' })
  const found = await registry.fetch('weather', undefined, signal)
  assert.deepEqual([found.folder, found.version, found.warning], ['weather', '1.2.3', undefined])
  assert.deepEqual(textsOf(found), { 'SKILL.md': '# Weather', 'scripts/a.sh': 'echo' })
  await registry.fetch('weather', '1.0.0', signal)
  assert.deepEqual(
    server.asked.map(({ path }) => path).filter((path) => path.includes('download')),
    ['/api/v1/download?slug=weather&version=1.2.3', '/api/v1/download?slug=weather&version=1.0.0'],
  )
  assert.ok(server.asked.every(({ token }) => token === 'tok-1'))
})

for (const moderation of [{ isMalwareBlocked: true }, { verdict: 'malicious' }])
  test(`malware is refused before it is fetched: ${JSON.stringify(moderation)}`, async () => {
    await using server = await fakeClawhub([{ ...weather, moderation }])
    await assert.rejects(clawhubAt(server.url).fetch('weather', undefined, signal), /flagged as malicious/)
    assert.ok(!server.asked.some(({ path }) => path.includes('download')))
  })

test('a suspicious skill comes with a warning that names the suspicion', async () => {
  const moderation = { isSuspicious: true, isMalwareBlocked: false, reasonCodes: ['suspicious.code', '\u001B[31mx'] }
  await using server = await fakeClawhub([{ ...weather, moderation }])
  const { warning = '' } = await clawhubAt(server.url).fetch('weather', undefined, signal)
  assert.match(warning, /suspicious \(suspicious\.code\)\./)
})

test('a skill whose safety cannot be asked is not fetched', async () => {
  await using server = await fakeClawhub([weather])
  server.fail(500, 500, 500, 500)
  await assert.rejects(clawhubAt(server.url).fetch('weather', undefined, signal), /HTTP 500/)
  assert.ok(!server.asked.some(({ path }) => path.includes('download')))
})

test('a registry that is busy is asked again, when it says so or after 1, 2, 3 seconds', async () => {
  await using server = await fakeClawhub([weather])
  const clock = hasty()
  server.fail(503, 429, 502)
  await clawhubAt(server.url, {}, clock).fetch('weather', undefined, signal)
  assert.deepEqual(clock.waits, [1000, 7000, 3000])
})

test('what is too large, missing, closed or no answer of a registry is told', async () => {
  await using server = await fakeClawhub(
    [weather, { ...weather, slug: 'broken', zip: Buffer.from('no archive') }],
    'tok-1',
  )
  const known = { auth_token: 'tok-1' }
  const wrong: readonly (readonly [object, string, RegExp])[] = [
    [{ ...known, max_zip_size: 50 }, 'weather', /more than 50 bytes/],
    [known, 'absent', /404/],
    [known, 'broken', /archive of the skill is refused/],
    [known, '../evil', /cannot be the name/],
    [{}, 'weather', /401/],
    [{ ...known, skills_path: '/api/v1/download?slug=weather&x=' }, 'weather', /JSON/],
  ]
  for (const [own, slug, why] of wrong)
    await assert.rejects(clawhubAt(server.url, own).fetch(slug, undefined, signal), (error: unknown) => {
      assert.ok(error instanceof Problem)
      assert.match(error.message, why)
      return true
    })
})

test('a registry cannot send us on to a private place', async () => {
  await using inner = await fakeClawhub([weather])
  const elsewhere = { location: `${inner.url}/api/v1/search?q=x` }
  await using server = await httpServer({ status: 302, headers: elsewhere })
  await assert.rejects(clawhubAt(server.url).search('x', 5, signal), /not on the public internet/)
  assert.equal(inner.asked.length, 0)
})

test('a registry is reached through its proxy, else through that of the environment; private places are refused there too', async () => {
  await using proxy = await httpServer(
    json({ results: [{ slug: 'weather', summary: 'Tells the weather.', score: 1 }] }),
    json({ results: [] }),
    { status: 302, headers: { location: 'http://10.0.0.1/' } },
  )
  const at = 'http://skills.example'
  const [found] = await clawhubAt(at, { proxy: proxy.url.replace('http://', '') }).search('x', 5, signal)
  assert.equal(found?.slug, 'weather')
  assert.equal(proxy.requests[0]?.url, 'http://skills.example/api/v1/search?q=x&limit=5')
  const own = settings({ registries: { mine: row({ base_url: at }) } })
  const around = { clock: hasty(), proxy: (url: string) => (url.startsWith(at) ? proxy.url : undefined) }
  const mine = chooseRegistry(registriesOf(own, around), 'x', 'mine')
  assert.deepEqual(await mine.search('x', 5, signal), [])
  await assert.rejects(mine.search('x', 5, signal), /not on the public internet/)
  await assert.rejects(clawhubAt(at, { proxy: 'ftp://127.0.0.1:1' }).search('x', 5, signal), /proxy must be/)
})

const repository = {
  'README.md': 'no',
  'skills/weather/SKILL.md': '# Weather',
  'skills/weather/README.md': 'no',
  'skills/weather/scripts/run.sh': 'echo',
  'skills/weather/scripts/deep/x.py': 'print',
  'skills/weather/scripts/out.link': '/etc/passwd',
  'skills/weather/other/y': 'no',
  'skills/weather/docs/é a.md': 'docs',
}

test('a skill on GitHub is taken from one commit: SKILL.md, its folders, and neither links nor the rest', async () => {
  await using server = await fakeGithub(repository, 'ghp-1')
  const github = { base_url: server.url, token: 'ghp-1' }
  const all = registriesOf(settings({ github }), { clock: hasty() })
  const registry = chooseRegistry(all, 'org/repo/skills/weather')
  assert.equal(registry.name, 'github')
  const targets = ['org/repo/skills/weather', `${server.url}/org/repo/blob/dev/skills/weather/SKILL.md`]
  for (const target of targets) {
    const found = await registry.fetch(target, undefined, signal)
    assert.equal(found.folder, 'weather')
    assert.match(found.version, /^c0ffee0+$/)
    assert.deepEqual(textsOf(found), {
      'SKILL.md': '# Weather',
      'scripts/run.sh': 'echo',
      'scripts/deep/x.py': 'print',
      'docs/é a.md': 'docs',
    })
  }
  assert.ok(server.asked.some(({ path }) => path.endsWith('/commits/HEAD')))
  assert.ok(server.asked.some(({ path }) => path.endsWith('/commits/dev')))
  await assert.rejects(registry.fetch('org/repo', 'no-such-branch', signal), /422/)
  await assert.rejects(registry.fetch('org/nothing', undefined, signal), /404/)
  const [first] = await registry.search('weather', 5, signal)
  assert.deepEqual(first, { slug: 'org/repo/skills/weather', summary: 'All of them', registry: 'github', score: 0.5 })
})

test('all registries are asked; one that fails spoils nothing, and all failing is told', async () => {
  await using one = await fakeClawhub([
    weather,
    { slug: 'weather-pro', summary: 'More weather.' },
    { slug: 'weather-mute' },
  ])
  await using two = await fakeClawhub([{ slug: 'weather-other', summary: 'Other.' }])
  const clock = fakeClock()
  const registries = registriesOf(
    settings({
      registries: {
        clawhub: row({ base_url: one.url }),
        two: row({ base_url: two.url }),
        off: row({ enabled: false }),
      },
    }),
    { clock },
  )
  assert.deepEqual(
    registries.map(({ name }) => name),
    ['clawhub', 'two', 'github'],
  )
  const search = skillSearch({ registries, clock, concurrent: 2, kept: 50, keptSeconds: 300 })
  // GitHub fails: it has no token.
  const found = await search.find('weather', 10, signal)
  assert.deepEqual(
    found.map(({ slug, registry }) => `${registry}/${slug}`),
    ['clawhub/weather', 'two/weather-other', 'clawhub/weather-pro'],
  )
  assert.equal((await search.find('weather', 1, signal)).length, 1)
  const alone = skillSearch({ registries: registries.slice(2), clock, concurrent: 2, kept: 0, keptSeconds: 0 })
  await assert.rejects(alone.find('weather', 5, signal), /No skill registry could be asked.*token/)
})

test('a question that was asked a moment ago, in nearly the same words, is not asked again', async () => {
  await using server = await fakeClawhub([weather])
  const clock = fakeClock()
  const registries = [clawhubAt(server.url, {}, clock)]
  const search = skillSearch({ registries, clock, concurrent: 2, kept: 2, keptSeconds: 300 })
  for (const query of ['weather in Berlin', '  Weather in berlin', 'weather in  Berlin!'])
    await search.find(query, 5, signal)
  assert.equal(server.asked.length, 1)
  await search.find('stock prices', 5, signal)
  assert.equal(server.asked.length, 2)
  await search.find('weather in Berlin', 6, signal)
  assert.equal(server.asked.length, 3)
  await clock.advance(300_000)
  await search.find('weather in Berlin', 5, signal)
  assert.equal(server.asked.length, 4)
})

test('a registry is chosen by its name, or by what is asked for', () => {
  const all = registriesOf(settings({ registries: { own: row({ base_url: 'https://skills.example' }) } }), {
    clock: hasty(),
  })
  assert.equal(chooseRegistry(all, 'weather').name, 'clawhub')
  assert.equal(chooseRegistry(all, 'a/b').name, 'github')
  assert.equal(chooseRegistry(all, 'weather', 'own').name, 'own')
  assert.throws(() => chooseRegistry(all, 'weather', 'clawhbu'), /no skill registry/)
  assert.throws(() => registriesOf(settings({ registries: { own: row({}) } }), { clock: hasty() }), /no address/)
})
