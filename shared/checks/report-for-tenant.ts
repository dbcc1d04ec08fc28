/**
 * A report as a tenant's administrator may read it: without what the operator's installation looks like inside, and without
 * what was not tried.
 */

import { chain } from './chain.ts';
import type { CheckReport, Finding } from './finding.ts';

export function reportForTenant(report: CheckReport): CheckReport {
  const { cause, findings } = report;
  return {
    ...report,
    cause: cause && withoutInside(cause),
    findings: findings
      .filter((one) => one.state !== 'skipped' && !(one.state === 'ok' && isOfInstallation(one)))
      .map(withoutInside),
  };
}

/** Of what the operator must mend: that it is so, what it means, its code, and since when. */
function withoutInside(finding: Finding): Finding {
  if (!isOfInstallation(finding) && finding.owner !== 'operator') return finding;
  const { answered: _, remedy: __, arrivesWithin: ___, ...rest } = finding;
  return {
    ...rest,
    owner: 'operator',
    ...(isOfInstallation(finding) ? { tried: 'Looked at the app’s own side.' } : {}),
  };
}

function isOfInstallation({ check }: Finding): boolean {
  return chain.some((one) => one.check === check && one.about === 'installation');
}
