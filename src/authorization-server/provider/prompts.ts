import type { Configuration, interactionPolicy } from 'oidc-provider'

type Policy = NonNullable<NonNullable<Configuration['interactions']>['policy']>

/**
 * When the user is asked: always, and it is for our interaction to say whether a page is needed.
 * `prompt=select_account` (OpenID Connect §3.1.2.1) is known too, and a session whose user is gone
 * does not count.
 */
export function createPromptPolicy({ base, Check, Prompt }: typeof interactionPolicy): Policy {
  const policy = base()
  policy
    .get('login')
    ?.checks.add(
      new Check('no_account', 'the user is not known any more', 'login_required', ({ oidc }) =>
        oidc.session?.accountId !== undefined && oidc.account === undefined
          ? Check.REQUEST_PROMPT
          : Check.NO_NEED_TO_PROMPT,
      ),
    )
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0)
  return policy
}
