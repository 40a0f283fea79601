import type { Check } from '../../src/gateway/ports.ts'
import { asked } from '../gateway/asked.ts'
import type { Adapters } from './adapters.ts'

export const adapters: Adapters = {
  healthEndpoint: () => asked('/health'),
  async readyEndpoint({ checks = {} }: { checks?: Readonly<Record<string, Check>> }) {
    return asked('/ready', { checks: () => Promise.resolve(checks) })
  },
}
