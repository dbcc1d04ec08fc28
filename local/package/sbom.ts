/**
 * The bill of materials of what is deployed, as CycloneDX 1.6: what the bundle holds and nothing else, no development
 * package. The same content gives the same bytes, so its number comes from the content and it tells no time.
 */

import { Enums, Models, Serialize, Spec, SPDX } from '@cyclonedx/cyclonedx-library';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { BundledPackage } from './bundled-packages.ts';

export const sbomFile = 'sbom.cdx.json';

interface Subject {
  /** The top of the repository, for its package-lock.json. */
  readonly from: string;
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly bundle: { readonly name: string; readonly contents: Uint8Array };
  readonly packages: readonly BundledPackage[];
  /** Folders of the packages that the app's own files import. */
  readonly direct: readonly string[];
}

export function sbomOf(subject: Subject): string {
  const integrity = readIntegrity(subject.from);
  const components = new Map(subject.packages.map((one) => [one.folder, componentOf(one, integrity)]));
  for (const { folder, imports } of subject.packages) {
    for (const other of imports) addDependency(components.get(folder), components.get(other));
  }
  const app = appComponent(subject);
  for (const folder of subject.direct) addDependency(app, components.get(folder));
  const bom = new Models.Bom({
    components: new Models.ComponentRepository(components.values()),
    metadata: new Models.Metadata({
      component: app,
      lifecycles: new Models.LifecycleRepository([Enums.LifecyclePhase.Build]),
    }),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  // The library sorts by the machine's language; ours are sorted already, by code points.
  const text = (): string => serializer.serialize(bom, { sortLists: false, space: 2 });
  bom.serialNumber = `urn:uuid:${uuidOf(text())}`;
  return `${text()}\n`;
}

function appComponent({ name, version, license, bundle }: Subject): Models.Component {
  const file = new Models.Component(Enums.ComponentType.File, bundle.name, {
    bomRef: bundle.name,
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], sha256(bundle.contents)]]),
  });
  return new Models.Component(Enums.ComponentType.Application, name, {
    bomRef: `${name}@${version}`,
    version,
    licenses: new Models.LicenseRepository([licenseOf(license)]),
    components: new Models.ComponentRepository([file]),
  });
}

function componentOf(one: BundledPackage, integrity: ReadonlyMap<string, string>): Models.Component {
  const [, group, name = one.name] = /^(@[^/]+)\/(.+)$/.exec(one.name) ?? [];
  const sha512 = integrity.get(one.folder);
  return new Models.Component(Enums.ComponentType.Library, name, {
    ...(group !== undefined && { group }),
    // Two copies of one version may lie in different folders.
    bomRef: one.folder,
    version: one.version,
    purl: purlOf(one),
    scope: Enums.ComponentScope.Required,
    ...(one.description !== undefined && { description: one.description }),
    licenses: new Models.LicenseRepository([licenseOf(one.license)]),
    // Of the package as npm fetched it: this is what a lockfile vouches for.
    ...(sha512 !== undefined && {
      hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-512'], sha512]]),
    }),
  });
}

/** https://github.com/package-url/purl-spec/blob/main/types-doc/npm-definition.md */
const purlOf = ({ name, version }: { name: string; version: string }): string =>
  `pkg:npm/${name.split('/').map(encodeURIComponent).join('/')}@${encodeURIComponent(version)}`;

function licenseOf(expression: string): Models.License {
  return SPDX.isSupportedSpdxId(expression)
    ? new Models.SpdxLicense(expression)
    : new Models.LicenseExpression(expression);
}

function addDependency(of: Models.Component | undefined, on: Models.Component | undefined): void {
  if (of !== undefined && on !== undefined) of.dependencies.add(on.bomRef);
}

const lockfile = z.object({ packages: z.record(z.string(), z.object({ integrity: z.string().optional() })) });

/** The SHA-512 of each package as package-lock.json has it, in hexadecimal, by the package's folder. */
function readIntegrity(from: string): ReadonlyMap<string, string> {
  const { packages } = lockfile.parse(JSON.parse(readFileSync(join(from, 'package-lock.json'), 'utf8')));
  return new Map(
    Object.entries(packages).flatMap(([folder, { integrity = '' }]) => {
      const [, base64] = /(?:^|\s)sha512-(\S+)/.exec(integrity) ?? [];
      return base64 === undefined ? [] : [[folder, Buffer.from(base64, 'base64').toString('hex')] as const];
    }),
  );
}

/** Of version 8, whose bits are the maker's own: RFC 9562 section 5.8. */
function uuidOf(text: string): string {
  const octets = createHash('sha256').update(text).digest().subarray(0, 16);
  octets[6] = (octets.readUInt8(6) & 0x0f) | 0x80;
  octets[8] = (octets.readUInt8(8) & 0x3f) | 0x80;
  return octets.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const sha256 = (contents: Uint8Array | string): string => createHash('sha256').update(contents).digest('hex');
