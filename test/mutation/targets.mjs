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
      'src/verifiers/{api-key-format,api-key-record,compact-jwe,compact-jws,crc32,first-of}.ts',
      'src/verifiers/{segment,strict-json,token-header}.ts',
    ],
    tests: [
      'test/unit/verifiers/{api-key-format,api-key-record,compact-jwe,compact-jws}.test.ts',
      'test/unit/verifiers/{first-of,jwe-verifier,strict-json,token-header}.test.ts',
    ],
  },
  'resource-server': {
    mutate: [
      'src/resource-server/{handle-owners,message-answers,open-streams,operation-check}.ts',
      'src/resource-server/{refusal,step-ups,token-inspection}.ts',
      'src/resource-server/claims/required-claims.ts',
    ],
    tests: [
      'test/unit/resource-server/{handle-owners,message-answers,open-streams}.test.ts',
      'test/unit/resource-server/{operation-check,refusal,required-claims,step-ups}.test.ts',
      'test/unit/resource-server/token-inspection.test.ts',
    ],
  },
}
