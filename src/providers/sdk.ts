import { forwardedHeaders } from './relay.ts'

/** The SDKs insist on a key; the real one goes into the headers, so that no SDK looks for another in the environment. */
export const placeholderKey = 'none'

/** The longest timer there is: our own limits decide, not the SDK's. */
export const noSdkTimeoutMs = 2_147_483_647

/** What an SDK adds of its own, without what it read in the environment, under our headers. */
export const sdkHeaders = (sdk: RequestInit['headers'], ours: Record<string, string>): Record<string, string> => ({
  ...forwardedHeaders(Object.fromEntries(new Headers(sdk))),
  ...ours,
})
