import type { DesiredCredential } from '../desired-state.js';
import { findAliasConflicts } from './find-alias-conflicts.js';
import { errorAt, formatPath, warningAt, type Finding } from './problem.js';
import { repeated, type Written } from './written.js';

/** What is right by itself and wrong together. Each finding names both sides. */
export function findConflicts(written: Written): readonly Finding[] {
  return [
    ...repeatedTenants(written),
    ...repeatedClientKeys(written),
    ...prefixesOfTwoTenants(written),
    ...unownedDefaultPrefixes(written),
    ...prefixesWithoutCredential(written),
    ...prefixesLikeNamespaces(written),
    ...findAliasConflicts(written),
    ...missingClientKeys(written),
    ...emptyHosts(written),
    ...doubledVersions(written),
  ];
}

function repeatedTenants({ file, nameOf }: Written): readonly Finding[] {
  const top = file['api-keys'].length === 0 ? [] : [{ claimed: 'default', path: ['api-keys'] }];
  const named = file.tenants.map(({ name }, index) => ({ claimed: name, path: ['tenants', index, 'name'] }));
  return repeated([...top, ...named]).map(({ claim, first }) =>
    errorAt(
      claim.path,
      `the tenant "${claim.claimed}" is already at ${nameOf(first.path)}`,
      'give one of them another name',
    ),
  );
}

function repeatedClientKeys({ file, nameOf }: Written): readonly Finding[] {
  const top = file['api-keys'].map((key, index) => ({ claimed: `key ${key}`, path: ['api-keys', index] }));
  const named = file.tenants.flatMap((tenant, index) =>
    tenant['api-keys'].map(({ key, hash }, keyIndex) => ({
      claimed: key === undefined ? `hash ${hash}` : `key ${key}`,
      path: ['tenants', index, 'api-keys', keyIndex],
    })),
  );
  return repeated([...top, ...named]).map(({ claim, first }) =>
    errorAt(claim.path, `the same key is already at ${nameOf(first.path)}`, 'remove one; a key belongs to one tenant'),
  );
}

function prefixesOfTwoTenants({ file, nameOf }: Written): readonly Finding[] {
  const claims = file.tenants.flatMap(({ prefixes }, index) =>
    prefixes === '*'
      ? []
      : prefixes.map((claimed, prefixIndex) => ({ claimed, path: ['tenants', index, 'prefixes', prefixIndex] })),
  );
  return repeated(claims).map(({ claim, first }) =>
    errorAt(
      claim.path,
      `the prefix "${claim.claimed}" is already owned at ${nameOf(first.path)}`,
      'leave it to one tenant; give the other a credential with a prefix of its own',
    ),
  );
}

function unownedDefaultPrefixes({ file }: Written): readonly Finding[] {
  return file.tenants.flatMap((tenant, index) => {
    const wanted = tenant['default-prefix'];
    if (wanted === undefined || tenant.prefixes === '*' || tenant.prefixes.includes(wanted)) return [];
    const remedy = `add "${wanted}" to its prefixes, or choose one that is there`;
    return [errorAt(['tenants', index, 'default-prefix'], `the tenant does not own the prefix "${wanted}"`, remedy)];
  });
}

function prefixesWithoutCredential({ file, desired }: Written): readonly Finding[] {
  const there = new Set(desired.credentials.map(({ prefix }) => prefix));
  return file.tenants.flatMap(({ prefixes }, index) =>
    (prefixes === '*' ? [] : prefixes).flatMap((prefix, prefixIndex) =>
      there.has(prefix)
        ? []
        : [
            warningAt(
              ['tenants', index, 'prefixes', prefixIndex],
              `no credential has the prefix "${prefix}"`,
              'write it as the prefix of a credential, or remove it here',
            ),
          ],
    ),
  );
}

/**
 * `anthropic/claude-x` is a model of OpenRouter, and would be `claude-x` behind a prefix `anthropic`. The prefix wins,
 * which hides the model.
 */
function prefixesLikeNamespaces({ credentials, desired, nameOf }: Written): readonly Finding[] {
  const servesBare = ({ prefix }: DesiredCredential): boolean =>
    prefix === undefined || !desired.settings.forceModelPrefix;
  const models = credentials
    .filter(({ credential }) => servesBare(credential))
    .flatMap(({ path, credential }) =>
      credential.models.flatMap(({ name, alias }) =>
        [name, alias ?? name].map((model) => ({ path, namespace: model.split('/')[0], model })),
      ),
    );
  const found = credentials.flatMap(({ path, credential }) => {
    const { prefix } = credential;
    const hidden = models.find(
      (other) => other.namespace === prefix && other.model !== prefix && formatPath(other.path) !== formatPath(path),
    );
    if (prefix === undefined || hidden === undefined) return [];
    const message = `the prefix "${prefix}" is also how the model "${hidden.model}" of ${nameOf(hidden.path)} begins`;
    return [warningAt([...path, 'prefix'], message, 'choose another prefix; such names go to the prefix first')];
  });
  // The keys of one entry share its prefix.
  return [...new Map(found.map((finding) => [formatPath(finding.path), finding])).values()];
}

function missingClientKeys({ file }: Written): readonly Finding[] {
  const hasKey = file['api-keys'].length > 0 || file.tenants.some((tenant) => tenant['api-keys'].length > 0);
  if (hasKey) return [];
  return [
    warningAt(
      ['api-keys'],
      'there is no client key',
      'add one, or make one in the admin API; until then every request is refused',
    ),
  ];
}

/** cliproxyapi takes an empty host for every interface; here nothing is open to the network by an omission. */
function emptyHosts({ file }: Written): readonly Finding[] {
  if (file.host !== '') return [];
  return [
    warningAt(
      ['host'],
      'an empty host is taken for the loopback address',
      'write host: 0.0.0.0 to listen on every interface',
    ),
  ];
}

/** Requests go to `{base-url}/v1/messages` here, as in cliproxyapi, and to `{base-url}/chat/completions` elsewhere. */
function doubledVersions({ credentials }: Written): readonly Finding[] {
  return credentials
    .filter(({ credential }) => credential.provider === 'claude' && credential.baseUrl.endsWith('/v1'))
    .map(({ path }) =>
      warningAt(
        [...path, 'base-url'],
        'ends with /v1, which is added again',
        'end it before /v1, as in https://api.anthropic.com',
      ),
    );
}
