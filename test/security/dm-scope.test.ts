import { test } from 'node:test'
import { mixedTurns, scopes } from './dm-scope.ts'

for (const scope of Object.keys(scopes))
  test(`dm_scope ${scope}: two people on two channels, and no word where it does not belong`, () =>
    mixedTurns(scope, 6))
