import assert from 'node:assert/strict'
import { test } from 'node:test'
import { saying } from '../fakes/vendor-server.ts'
import { emptyHome, picoclaw, writeConfig } from './program.ts'

test('usage tells what was asked and what it cost, in words and as JSON', async () => {
  const vendor = await saying('Hello to you')
  try {
    const home = emptyHome()
    writeConfig(home, {
      model_list: [
        {
          model_name: 'main',
          model: 'openai/gpt-test',
          api_base: `${vendor.url}/v1`,
          api_key: 'sk-e2e-0123456789',
          price: { input: 1000, output: 2000 },
        },
      ],
    })
    assert.equal((await picoclaw(['agent', '-m', 'hi'], { home })).code, 0)
    const words = await picoclaw(['usage', '--by', 'model'], { home })
    assert.match(
      words.stdout,
      /^model +cost +calls +failed +tokens in +from cache +tokens out\n.*gpt-test +\$0\.0250 +1 +0 +11 +0 +7\nall /,
    )
    const json = JSON.parse((await picoclaw(['usage', '--json'], { home })).stdout) as { total: { costMicros: number } }
    assert.equal(json.total.costMicros, 11 * 1_000 + 7 * 2_000)
  } finally {
    await vendor.close()
  }
})

test('cron keeps jobs from one call to the next, and shows them in words', async () => {
  const home = emptyHome()
  const cron = (...args: readonly string[]) => picoclaw(['cron', ...args], { home, env: { TZ: 'UTC' } })
  assert.equal((await cron('list')).stdout, 'No scheduled jobs.\n')
  const added = await cron('add', '-n', 'brief', '-m', 'What is new?', '-c', '0 9 * * 1-5', '--tz', 'Europe/Berlin')
  assert.match(
    added.stdout,
    /^✓ Added job 'brief' \([0-9a-f]{16}\)\n {2}Next run: \w{3} \d+ \w{3} \d{4} 09:00 \(Europe\/Berlin\)\n$/,
  )
  const id = /\(([0-9a-f]{16})\)/.exec(added.stdout)?.[1] ?? ''
  assert.equal((await cron('disable', id)).stdout, "✓ Job 'brief' disabled\n")
  assert.match(
    (await cron('list')).stdout,
    /\nScheduled Jobs:\n-+\n {2}brief \(\w+\)\n {4}Schedule: 0 9 \* \* 1-5 \(Europe\/Berlin\)\n {4}Status: disabled\n/,
  )
  assert.equal((await cron('remove', id)).stdout, `✓ Removed job ${id}\n`)
  const gone = await cron('remove', id)
  assert.deepEqual([gone.code, gone.stderr], [1, `✗ Job ${id} not found\n  See "picoclaw cron list".\n`])
})

test('why without any turn says so', async () => {
  const { code, stderr } = await picoclaw(['why'])
  assert.deepEqual([code, stderr], [1, 'There is no turn yet.\n  Ask something first: picoclaw agent -m "Hello"\n'])
})
