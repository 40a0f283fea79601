import { test } from 'node:test'
import { neverRefused } from './refusals.ts'

test('no service refuses what is made of any of 100,000 logs', () => neverRefused(100_000))
