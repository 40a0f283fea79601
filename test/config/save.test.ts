import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { environment } from '../../src/config/environment.ts'
import { setValue } from '../../src/config/edit.ts'
import { changeConfig, savedVersions, saveConfig } from '../../src/config/save.ts'
import { fakeClock } from '../fakes/clock.ts'
import { inHome, problemOf } from './load-text.ts'

test('the last ten versions are kept, for the owner alone', async () => {
  await inHome({ 'config.json': '{"version": 0}' }, async (home) => {
    const clock = fakeClock()
    const path = join(home, 'config.json')
    for (let count = 1; count <= 13; count += 1) {
      await saveConfig(path, `{"heartbeat": {"interval": ${count}}}`, clock)
      if (count % 2 === 0) await clock.advance(1000)
    }
    const versions = await savedVersions(path)
    assert.equal(versions.length, 10)
    assert.match(versions[0] ?? '', /config\.json\.20231114T\d{9}Z(-\d+)?\.bak$/)
    assert.equal(readFileSync(versions[0] ?? '', 'utf8'), '{"heartbeat": {"interval": 12}}')
    for (const file of [path, ...versions]) assert.equal(statSync(file).mode & 0o777, 0o600)
    await saveConfig(path, readFileSync(path, 'utf8'), clock)
    assert.deepEqual(await savedVersions(path), versions)
  })
})

test('a change that does not load is not written', async () => {
  await inHome({ 'config.json': '{ }\n' }, async (home) => {
    const place = environment({ HOME: home, PICOCLAW_HOME: home })
    const clock = fakeClock()
    const bad = await problemOf(changeConfig(place, (text) => setValue(text, 'gateway.port', 'x'), { clock }))
    assert.match(bad.text, /gateway\.port/)
    assert.equal(readFileSync(place.configPath, 'utf8'), '{ }\n')
    const { config } = await changeConfig(place, (text) => setValue(text, 'gateway.port', 1), { clock })
    assert.equal(config.gateway.port, 1)
    assert.match(readFileSync(place.configPath, 'utf8'), /"port": 1/)
  })
})

test('a first config is made where there is none', async () => {
  await inHome({}, async (home) => {
    const place = environment({ HOME: home, PICOCLAW_HOME: join(home, 'new') })
    await changeConfig(place, (text) => setValue(text, 'gateway.port', 1), { clock: fakeClock() })
    assert.equal(readFileSync(place.configPath, 'utf8'), '{\n  "gateway": {\n    "port": 1\n  }\n}\n')
    assert.equal(statSync(place.home).mode & 0o777, 0o700)
  })
})

const body = (sign: string) => `{"aliases": {"${sign.repeat(200_000)}": "x"}}`

test('a writer that is killed at any moment leaves the old config or the new one', async () => {
  await inHome({}, async (home) => {
    const path = join(home, 'config.json')
    const texts = new Set([body('a'), body('b')])
    writeFileSync(path, body('a'))
    const save = new URL('../../src/config/save.ts', import.meta.url).href
    const script = `
      import { saveConfig } from ${JSON.stringify(save)}
      const clock = { now: () => 1700000000000 + performance.now(), sleep: async () => {} }
      process.stdout.write('ready')
      for (let turn = 0; ; turn += 1) {
        const sign = turn % 2 ? 'a' : 'b'
        await saveConfig(${JSON.stringify(path)}, '{"aliases": {"' + sign.repeat(200000) + '": "x"}}', clock)
      }`
    for (const wait of [0, 3, 7, 15]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')
      await sleep(wait)
      child.kill('SIGKILL')
      await once(child, 'close')
      assert.ok(texts.has(readFileSync(path, 'utf8')))
      for (const name of readdirSync(home).filter((file) => file.endsWith('.bak'))) {
        assert.ok(texts.has(readFileSync(join(home, name), 'utf8')), name)
      }
    }
  })
})
