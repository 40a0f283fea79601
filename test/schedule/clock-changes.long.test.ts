import { test } from 'node:test'
import { zoneOf } from '../../src/kit/zone.ts'
import { changesOf, checkChange, checkYears } from './clock-changes.ts'

for (const name of Intl.supportedValuesOf('timeZone'))
  test(`three years of ${name}: no run is lost or doubled`, () => {
    const changes = changesOf(zoneOf(name))
    for (const change of changes) checkChange(name, change)
    if (changes.length > 0) checkYears(name)
  })
