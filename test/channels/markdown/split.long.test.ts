import { test } from 'node:test'
import * as fc from 'fast-check'
import { splitHolds } from './holds.ts'
import { markdownTexts } from './texts.ts'

test('twenty thousand texts are cut into parts that fit, are valid and say the same', { timeout: 600_000 }, () =>
  fc.assert(
    fc.property(
      markdownTexts,
      fc.oneof(fc.constant(4_096), fc.integer({ min: 60, max: 500 })),
      (markdown, limit) => void splitHolds(markdown, limit),
    ),
    { numRuns: 20_000 },
  ),
)
