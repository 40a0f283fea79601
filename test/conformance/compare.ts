import { adjustments, invariants } from './adjustments.ts'
import type { Differences } from './equal.ts'
import { difference, differs, differsExactly } from './equal.ts'
import { keyDiffers, operators } from './operators.ts'
import type { Outcome } from './outcome.ts'
import { isRecord } from './outcome.ts'

/** Units whose expected object is the whole object, not a part of it. */
const whole = new Set(['decodeToolArguments'])

/** Compares an outcome with what a vector expects of its unit, by the rules of the vector files. */
export function compare(fn: string, expected: unknown, outcome: Outcome, input?: unknown): Differences {
  const adjust = adjustments[fn]
  const adjusted = adjust ? { ...outcome, value: adjust(outcome.value) } : outcome
  const wanted = adjust ? adjust(expected) : expected
  return [
    ...expectationDiffers(fn, wanted, adjusted),
    ...(outcome.thrown ? [] : (invariants[fn]?.(input, outcome.value) ?? [])),
  ]
}

function expectationDiffers(fn: string, wanted: unknown, outcome: Outcome): Differences {
  if (!isRecord(wanted)) return failed(outcome) ?? differs(wanted, outcome.value)
  if (whole.has(fn)) return failed(outcome) ?? differsExactly(wanted, outcome.value)
  const expectsFailure =
    'errorContains' in wanted || 'errorAt' in wanted || ('error' in wanted && wanted['error'] !== null)
  const namesFailure = 'kind' in wanted || 'kindIn' in wanted
  if (!expectsFailure && !namesFailure && !('error' in wanted)) {
    const broke = failed(outcome)
    if (broke) return broke
    const keys = Object.keys(wanted)
    const onlyOperators = keys.length > 0 && keys.every((key) => Object.hasOwn(operators, key))
    if (!isRecord(outcome.value) && !onlyOperators) return [difference('', wanted, outcome.value)]
  }
  return Object.entries(wanted).flatMap(([key, value]) => keyDiffers(key, value, outcome))
}

function failed({ thrown, error = '' }: Outcome): Differences | undefined {
  return thrown ? [difference('', 'an answer', `the error "${error}"`)] : undefined
}
