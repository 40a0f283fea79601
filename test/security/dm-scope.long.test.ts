import { test } from 'node:test'
import { mixedTurns, scopes } from './dm-scope.ts'

for (const scope of Object.keys(scopes))
  test(`dm_scope ${scope}: 200 mixed turns, and no word where it does not belong`, () => mixedTurns(scope, 50))
