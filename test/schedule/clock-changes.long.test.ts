import { test } from 'node:test'
import { zoneOf } from '../../src/kit/zone.ts'
import { changesOf, checkChange, checkYears } from './clock-changes.ts'

const zones = Intl.supportedValuesOf('timeZone').map((name) => ({ name, changes: changesOf(zoneOf(name)) }))
const changing = zones.filter(({ changes }) => changes.length > 0)

for (const { name, changes } of changing)
  test(`no run is lost or doubled when the clocks of ${name} change, for three years`, () => {
    for (const change of changes) checkChange(name, change)
  })

/** One zone of all that change alike. */
const kinds = new Map(changing.map(({ name, changes }) => [`${zoneOf(name).offset(0)} ${changes.join()}`, name]))

for (const name of kinds.values())
  test(`three years of a daily job in ${name}`, () => {
    checkYears(name)
  })
