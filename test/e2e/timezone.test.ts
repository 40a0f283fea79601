import assert from 'node:assert/strict'
import { test } from 'node:test'
import { minuteText, zoneOf } from '../../src/kit/zone.ts'
import { stage } from './gateway/stage.ts'

test('the clocks that the configuration names are those of prompt, jobs and tool, also once it changes', async () => {
  const [east, west] = ['Pacific/Kiritimati', 'America/Adak']
  await using scene = await stage({
    configure(config) {
      config['timezone'] = east
    },
    answer({ last, lastRole }) {
      if (lastRole === 'tool') return `Noted: ${last}`
      return { calls: [{ name: 'cron', input: { action: 'add', message: last, cron_expr: '0 8 * * *' } }] }
    },
  })
  const { telegram, model, clock } = scene

  async function planned(zone: string): Promise<void> {
    const before = clock.now()
    telegram.say(`every morning in ${zone}`)
    const { text } = await scene.shown(new RegExp(`Noted:.*${zone}`, 's'))
    assert.match(text, new RegExp(`next: \\w{3} \\d+ \\w{3} \\d{4} 08:00 \\(${zone}\\)`))
    const { raw } = model.seen.at(-1) ?? assert.fail()
    const moments = [before, clock.now()].map((at) => minuteText(zoneOf(zone), at))
    assert.ok(
      moments.some((moment) => raw.includes(`## Current Time\\n${moment} (`)),
      moments.join(),
    )
    assert.ok(raw.includes(`Times of day are those of ${zone}.`))
  }

  await planned(east)
  scene.write({ ...scene.config(), timezone: west })
  telegram.say('/reload')
  await scene.shown('The configuration was read again.')
  await planned(west)
})
