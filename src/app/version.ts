import manifest from '../../package.json' with { type: 'json' }

/** Our own version, from package.json. */
export const version: string = manifest.version
