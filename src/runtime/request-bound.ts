/**
 * Whether the platform ends what a request has begun (a read, a timer) as soon as that request is
 * answered, as Cloudflare Workers do: for another request that waits for it, it never settles.
 */
export const isWorkRequestBound: boolean = globalThis.navigator?.userAgent === 'Cloudflare-Workers'
