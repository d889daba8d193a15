// Two verifiers that are not ours look at the credentials that a test wrote: JSON comes in, JSON goes out.
//
//   in   {"documents": {"<url>": <JSON>}, "cases": {"<name>": <credential>}}
//   out  {"<name>": {"vc": {verified, error}, "core": {log, schema, errors}}}
//
// `documents` is all that there is of the web: contexts, DID documents, status lists and schemas. Nothing is fetched.
import {readFileSync} from 'node:fs';

const {documents, cases} = JSON.parse(readFileSync(0, 'utf8'));

globalThis.fetch = async request => {
  const url = typeof request === 'string' ? request : request.url;
  const known = url in documents;
  return new Response(JSON.stringify(known ? documents[url] : {}), {
    status: known ? 200 : 404, headers: {'content-type': 'application/json'},
  });
};

// What the packages print must not stand in the answer.
console.log = console.error;

// Imported only now, so that they find this fetch.
const vc = await import('@digitalbazaar/vc');
const {DataIntegrityProof} = await import('@digitalbazaar/data-integrity');
const {cryptosuite} = await import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const {checkStatus} = await import('@digitalbazaar/vc-bitstring-status-list');
const core = await import('@digitalcredentials/verifier-core');

// A did:web is the document at its host; a key is one of its verification methods.
async function documentLoader(url) {
  const [did, fragment] = url.split('#');
  const address = did.startsWith('did:web:')
    ? `https://${decodeURIComponent(did.slice('did:web:'.length))}/.well-known/did.json` : did;
  let document = documents[address];
  if(document && did !== address && fragment) {
    const key = document.verificationMethod.find(method => method.id === url);
    document = key && {'@context': 'https://w3id.org/security/multikey/v1', ...key};
  }
  if(!document) {
    throw new Error(`NotFoundError: ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document};
}

const said = error => error && [error.message, ...(error.errors ?? []).map(one => one.message)].join(' | ');

async function byVc(credential) {
  const suite = new DataIntegrityProof({cryptosuite});
  const result = await vc.verifyCredential({credential, suite, documentLoader, checkStatus});
  return {
    verified: result.verified,
    proof: result.results?.map(one => one.verified) ?? [],
    revoked: result.statusResult?.results?.map(one => one.status) ?? result.statusResult ?? null,
    error: said(result.error) ?? null,
  };
}

async function byCore(credential) {
  const result = await core.verifyCredential({credential, knownDIDRegistries: []});
  return {
    log: Object.fromEntries((result.log ?? []).map(step => [step.id, step.valid ?? said(step.error)])),
    schema: result.additionalInformation?.[0]?.results ?? null,
    errors: (result.errors ?? []).map(one => `${one.name}: ${one.message}`),
  };
}

const answers = {};
for(const [name, credential] of Object.entries(cases)) {
  answers[name] = {vc: await byVc(structuredClone(credential)), core: await byCore(structuredClone(credential))};
}
process.stdout.write(JSON.stringify(answers));
