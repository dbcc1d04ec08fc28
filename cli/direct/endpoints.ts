/** Where Microsoft answers: what is known of the cloud, and whatever the user has put in its place. */

import { type Audiences, type Cloud, clouds } from '../../shared/clouds.ts';
import type { Resource } from '../../shared/resource.ts';
import { UsageError } from '../failure.ts';
import type { CloudArguments } from './options.ts';

export interface Endpoints {
  readonly cloud: Cloud;
  readonly authorityUrl: string;
  /** Whether it is Microsoft's own, which the token client knows without asking. */
  readonly authorityIsKnown: boolean;
  /** Absent where nobody said, and nothing asked for it. */
  readonly graphUrl: string | undefined;
  readonly smtpHost: string | undefined;
  readonly audiences: Audiences;
}

/** @throws UsageError */
export function endpointsOf(given: CloudArguments): Endpoints {
  const { cloud } = given;
  const known = clouds[cloud];
  const authorityUrl = secureOrigin('--authority', given.authority) ?? known.authorityUrl;
  if (authorityUrl === undefined) throw new UsageError(`--cloud ${cloud} needs --authority: nothing is known of it.`);
  const graph = identifierUri('--graph-resource', given.graphResource) ?? known.resources.graph;
  const outlook = identifierUri('--outlook-resource', given.outlookResource) ?? known.resources.outlook;
  return {
    cloud,
    authorityUrl,
    authorityIsKnown: authorityUrl === known.authorityUrl,
    graphUrl: secureOrigin('--graph-url', given.graphUrl) ?? known.graphUrl,
    smtpHost: hostAndPort(given.smtpHost) ?? known.mailHosts.smtp,
    audiences: {
      ...(graph !== undefined && { graph }),
      ...(outlook !== undefined && { outlook }),
    },
  };
}

/** @throws UsageError where nobody knows by which name tokens for the resource are asked for. */
export function requireResource({ cloud, audiences }: Endpoints, resource: Resource): void {
  if (audiences[resource] !== undefined) return;
  throw new UsageError(`--cloud ${cloud} needs --${resource}-resource: no page of Microsoft’s confirms one.`);
}

/** Secrets and tokens travel there. */
function secureOrigin(option: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const url = URL.parse(given);
  const isOrigin = url !== null && url.protocol === 'https:' && `${url.pathname}${url.search}${url.hash}` === '/';
  if (isOrigin && url.username === '' && url.password === '') return url.origin;
  throw new UsageError(`${option}: an address that begins with https:// and has no path.`);
}

function hostAndPort(given: string | undefined): string | undefined {
  if (given === undefined || /^[0-9a-zA-Z.-]+:\d{1,5}$/.test(given)) return given;
  throw new UsageError('--smtp-host: a host and port like smtp.office365.com:587.');
}

function identifierUri(option: string, given: string | undefined): string | undefined {
  if (given === undefined || /^(https|api):\/\/[^\s?#]+(?<!\/\.default)$/.test(given))
    return given?.replace(/\/+$/, '');
  throw new UsageError(`${option}: an identifier URI like https://graph.microsoft.com, without /.default.`);
}
