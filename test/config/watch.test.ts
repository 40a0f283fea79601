import assert from 'node:assert/strict'
// Written at once: on a busy machine half a file may stand there for longer than the watch waits.
import { writeFileSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Problem } from '../../src/core/problem.ts'
import { environment } from '../../src/config/environment.ts'
import { loadConfig, type Loaded } from '../../src/config/load.ts'
import { watchConfig } from '../../src/config/watch.ts'
import { systemClock } from '../../src/kit/clock.ts'
import { inHome } from './load-text.ts'

type Seen = { readonly port: number } | { readonly bad: string }

/** Watches a home while `work` changes it; `next` waits for what is told. */
async function watching(
  files: Record<string, string>,
  work: (home: string, next: () => Promise<Seen>) => Promise<void>,
) {
  await inHome(files, async (home) => {
    const place = environment({ HOME: home, PICOCLAW_HOME: home })
    const stop = new AbortController()
    const told: Seen[] = []
    let wake = Promise.withResolvers<void>()
    const tell = (seen: Seen) => {
      told.push(seen)
      wake.resolve()
    }
    const ended = watchConfig(place, {
      loaded: await loadConfig(place),
      onChange: ({ config }: Loaded) => tell({ port: config.gateway.port }),
      onBad: (problem: Problem) => tell({ bad: problem.detail.at ?? '' }),
      clock: systemClock,
      signal: stop.signal,
      settleMs: 10,
      pollMs: 30,
    })
    const next = async (): Promise<Seen> => {
      for (;;) {
        const seen = told.shift()
        if (seen !== undefined) return seen
        wake = Promise.withResolvers()
        await Promise.race([wake.promise, ended.then(() => assert.fail('the watch ended'))])
      }
    }
    try {
      await work(home, next)
    } finally {
      stop.abort()
      await ended
    }
  })
}

test('a changed config is told, a bad one keeps the last good one, and mending it is told again', async () => {
  await watching({ 'config.json': '{"gateway": {"port": 1}}' }, async (home, next) => {
    const path = join(home, 'config.json')
    writeFileSync(path, '{"gateway": {"port": 2}}')
    assert.deepEqual(await next(), { port: 2 })
    writeFileSync(path, '{"gateway": {"port": }}')
    assert.deepEqual(await next(), { bad: `${path}:1:22` })
    writeFileSync(path, '{"gateway": {"port": 3}}')
    assert.deepEqual(await next(), { port: 3 })
  })
})

test('a file that an editor renames into place, that goes and comes back, is seen', async () => {
  await watching({ 'config.json': '{"gateway": {"port": 1}}' }, async (home, next) => {
    const path = join(home, 'config.json')
    writeFileSync(`${path}.new`, '{"gateway": {"port": 2}}')
    await rename(`${path}.new`, path)
    assert.deepEqual(await next(), { port: 2 })
    await rm(path)
    assert.deepEqual(await next(), { port: 18790 })
    writeFileSync(path, '{"gateway": {"port": 4}}')
    assert.deepEqual(await next(), { port: 4 })
  })
})

test('.env, .security.yml and the files of file:// count too', async () => {
  const config = '{"gateway": {"port": "${PORT:-1}", "static_token": "file://token"}}'
  await watching({ 'config.json': config, token: 'secret-1' }, async (home, next) => {
    writeFileSync(join(home, '.env'), 'PORT=2\n')
    assert.deepEqual(await next(), { port: 2 })
    writeFileSync(join(home, 'token'), 'secret-2')
    assert.deepEqual(await next(), { port: 2 })
    await rm(join(home, 'token'))
    assert.ok('bad' in (await next()))
    writeFileSync(join(home, 'token'), 'secret-3')
    assert.deepEqual(await next(), { port: 2 })
    writeFileSync(join(home, '.security.yml'), 'gateway:\n  port: 5\n')
    assert.deepEqual(await next(), { port: 5 })
  })
})

const onBad = (problem: Problem) => assert.fail(problem)

test('what changed between loading and watching is told', async () => {
  await inHome({ 'config.json': '{"gateway": {"port": 1}}' }, async (home) => {
    const place = environment({ HOME: home, PICOCLAW_HOME: home })
    const loaded = await loadConfig(place)
    writeFileSync(place.configPath, '{"gateway": {"port": 2}}')
    const stop = new AbortController()
    const ports: number[] = []
    const onChange = ({ config }: Loaded) => {
      ports.push(config.gateway.port)
      stop.abort()
    }
    await watchConfig(place, {
      loaded,
      onChange,
      onBad,
      clock: systemClock,
      signal: stop.signal,
      settleMs: 5,
      pollMs: 20,
    })
    assert.deepEqual(ports, [2])
  })
})

test('writing the same again tells nothing', async () => {
  await watching({ 'config.json': '{"gateway": {"port": 1}}' }, async (home, next) => {
    const path = join(home, 'config.json')
    writeFileSync(path, '{"gateway": {"port": 1}}')
    writeFileSync(join(home, 'other'), 'x')
    writeFileSync(path, '{"gateway": {"port": 6}}')
    assert.deepEqual(await next(), { port: 6 })
  })
})
