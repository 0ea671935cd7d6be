import type { Operation } from '../mcp/index.ts'
import type { Principal } from '../principal/index.ts'

/** A value that a claim is compared with. */
export type ClaimValue = string | number | boolean

/**
 * What a caller needs, field by field; all given fields must hold. An empty list is refused, since
 * nobody could tell whether it means nothing or everything.
 */
export interface Requirement<Scope extends string = string> {
  /** All of these scopes. */
  readonly scopes?: Scope | readonly Scope[]
  /** At least one of these scopes. A caller without any is asked for the first. */
  readonly anyScope?: readonly Scope[]
  /** At least one of these roles. */
  readonly roles?: readonly string[]
  /** All of these permissions. */
  readonly permissions?: readonly string[]
  /**
   * Claims by name, each with the value that it must have, or a list of which it must have one. A
   * claim that is an array must contain the value.
   */
  readonly claims?: Readonly<Record<string, ClaimValue | readonly ClaimValue[]>>
  /** The caller's tenant is one of these. */
  readonly tenants?: readonly string[]
  /** Whether a client may do this for itself, without a user. @defaultValue true */
  readonly allowClients?: boolean
  /** Accepted values of the claim `acr` (RFC 9470 §3). */
  readonly acrValues?: readonly string[]
  /** How long ago the user may have signed in, by the claim `auth_time`; at least 1 (RFC 9470 §3). */
  readonly maxAgeSeconds?: number
  /**
   * Asked last. `true` allows and `false` refuses; anything else, and a throw, is a failure of the
   * policy, which lets nobody in. It is NOT asked for lists.
   */
  readonly when?: (principal: Principal, operation: Operation) => boolean | Promise<boolean>
}

/**
 * A rule that does not depend on arguments: a scope, several scopes (all of them), or a
 * {@link Requirement}. `[]` is any authenticated caller; `{}` is refused.
 */
export type StaticRule<Scope extends string = string> =
  | Scope
  | readonly Scope[]
  | Requirement<Scope>

/**
 * A rule that depends on the arguments of a call, which the caller controls; `{}` for what has
 * none. What is no rule, and a throw, is a failure of the policy, which lets nobody in. It is NOT
 * asked for lists.
 */
export type RuleFunction<Scope extends string = string> = (
  args: Readonly<Record<string, unknown>>,
  principal: Principal,
) => StaticRule<Scope> | Promise<StaticRule<Scope>>

/** What one operation needs. */
export type Rule<Scope extends string = string> = StaticRule<Scope> | RuleFunction<Scope>

type Glob = `${string}*${string}`
type Wildcard = `${string}*`

/**
 * Options of `definePolicy`.
 *
 * A key of a table is a name, or a pattern in which `*` is any text. The most specific wins: the
 * exact name, then the pattern with the most literal characters, then with the fewest and narrowest
 * wildcards. Two patterns of which neither is more specific, and that share a name, are refused.
 */
export interface PolicyOptions<Scope extends string = string, Tool extends string = string> {
  /** Declares all scopes: then another one anywhere in the policy is an error. @defaultValue any */
  readonly scopes?: readonly Scope[]
  /** Declares all tools: then another name as a key of `tools` is an error. @defaultValue any */
  readonly toolNames?: readonly Tool[]
  /**
   * What a granted scope includes, transitively. `repo:*` includes every scope that begins with
   * `repo:`; only one at the end is a wildcard. A token that literally says `repo:*` counts as one
   * where this option mentions it, if only as `'repo:*': []`.
   */
  readonly implies?: {
    readonly [scope in NoInfer<Scope> | Wildcard]?: readonly (NoInfer<Scope> | Wildcard)[]
  }
  readonly tools?: { readonly [tool in NoInfer<Tool> | Glob]?: Rule<NoInfer<Scope>> }
  /**
   * By URI, as `new URL(uri).href` writes it, or by URI template (RFC 6570): `{x}` is a non-empty
   * text without `/`, `?` and `#`, while `{+x}`, `{x*}` and every other expression is any text.
   */
  readonly resources?: Readonly<Record<string, Rule<NoInfer<Scope>>>>
  readonly prompts?: Readonly<Record<string, Rule<NoInfer<Scope>>>>
  /** By JSON-RPC method, such as `tools/call`; applies in addition to the rule of a name. */
  readonly methods?: Readonly<Record<string, Rule<NoInfer<Scope>>>>
  /**
   * What a tool, resource, prompt or method without a rule is: not there for anybody, or open to
   * every authenticated caller. Methods that the MCP specification defines and that name nothing
   * (`ping`, `tools/list`) are open unless `methods` has a rule. @defaultValue 'deny'
   */
  readonly unlisted?: 'deny' | 'authenticated'
  /**
   * What lists show: what the caller may use now, or also what only lacks scopes, so that a model
   * finds it, calls it, and the client asks its user for them. @defaultValue 'usable'
   */
  readonly lists?: 'usable' | 'obtainable'
}
