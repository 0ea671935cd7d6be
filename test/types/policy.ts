/** Compile-only: `npm run types` fails where one of these stops being an error, or becomes one. */
import { definePolicy } from '../../src/policy/index.ts'

definePolicy({
  scopes: ['repo:read', 'repo:write', 'admin'],
  toolNames: ['list_repos', 'delete_repo'],
  implies: { admin: ['repo:*'], 'repo:write': ['repo:read'], 'repo:*': [] },
  tools: {
    list_repos: 'repo:read',
    delete_repo: ({ force }) => (force === true ? ['repo:write', 'admin'] : 'repo:write'),
    'admin_*': { scopes: ['admin'], roles: ['boss'], when: ({ kind }) => kind === 'user' },
  },
  resources: { 'note://{id}': async () => 'repo:read' },
  methods: { 'tools/list': [] },
})

// Without declarations every name is allowed.
definePolicy({
  implies: { a: ['b'] },
  tools: { anything: 'c', 'any_*': ({ x }, principal) => [`${principal.kind}:${String(x)}`] },
})

definePolicy({
  scopes: ['read', 'write'],
  tools: {
    // @ts-expect-error a misspelt scope
    a: 'raed',
    // @ts-expect-error a misspelt scope in a list
    b: ['read', 'wriet'],
    // @ts-expect-error a misspelt scope in a requirement
    c: { anyScope: ['raed'] },
    // @ts-expect-error a misspelt scope that a function returns
    d: () => 'raed',
    // @ts-expect-error and one that a promise brings
    e: async () => 'raed',
  },
})

definePolicy({
  scopes: ['read', 'write'],
  implies: {
    // @ts-expect-error a misspelt scope on the right
    write: ['raed'],
  },
})

definePolicy({
  scopes: ['read', 'write'],
  implies: {
    // @ts-expect-error a misspelt scope on the left
    wriet: ['read'],
  },
})

definePolicy({
  toolNames: ['list_repos'],
  tools: {
    // @ts-expect-error a misspelt tool
    list_repo: [],
  },
})

// @ts-expect-error a misspelt option
definePolicy({ tool: {} })

// @ts-expect-error a misspelt field
definePolicy({ tools: { a: { scope: 'read' } } })

// @ts-expect-error a predicate answers with a boolean
definePolicy({ tools: { a: { when: () => 'yes' } } })

// @ts-expect-error a function returns a rule
definePolicy({ tools: { a: () => true } })
