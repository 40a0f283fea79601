import manifest from '../../package.json' with { type: 'json' }

/** How we name ourselves to vendors, unless an entry says otherwise. */
export const userAgent = `picoclaw/${manifest.version}`
