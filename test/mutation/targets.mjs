/** What is mutated, and the tests that have to notice. */
export const TARGETS = {
  oauth: {
    mutate: ['src/oauth/**/*.ts'],
    tests: ['test/unit/oauth/**/*.test.ts'],
  },
  policy: {
    mutate: ['src/policy/**/*.ts'],
    tests: ['test/unit/policy/**/*.test.ts'],
  },
  // Those that need no server: the others take a second for each mutant and test file.
  verifiers: {
    mutate: [
      'src/verifiers/{api-key-format,compact-jwe,compact-jws,crc32,first-of,segment,strict-json}.ts',
    ],
    tests: [
      'test/unit/verifiers/{api-key-format,compact-jws,first-of,jwe-verifier,strict-json}.test.ts',
    ],
  },
  'resource-server': {
    mutate: ['src/resource-server/{handle-owners,open-streams,step-ups,operation-check}.ts'],
    tests: [
      'test/unit/resource-server/{handle-owners,open-streams,step-ups,operation-check}.test.ts',
    ],
  },
}
