/** What the pinned answers are made with. */
export const SETTINGS = {
  metadataUrl: 'https://h.example/.well-known/oauth-protected-resource/mcp',
  realm: 'notes',
  challengeScopes: ['a', 'b', 'c'],
  maxBodyBytes: 4_194_304,
}

/** The same where tokens that are bound to a key are accepted. */
export const DPOP = {
  ...SETTINGS,
  dpop: {
    required: false,
    proofs: { algorithms: ['ES256', 'EdDSA'], maxAgeSeconds: 90, maxAheadSeconds: 30 },
  },
}
