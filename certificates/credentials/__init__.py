"""The certificate as a verifiable credential: an Open Badge 3.0 with its keys, its issuer and its revocation list.

Pure: no database, no request, no settings, no clock, no network. What is built here is stored as bytes by the services
and never built again; `checking` reads what others hand back. Sources: CREDENTIALS.md section 4; W3C VC Data Model 2.0,
VC Data Integrity (eddsa-rdfc-2022), Bitstring Status List 1.0; 1EdTech Open Badges 3.0.
"""
