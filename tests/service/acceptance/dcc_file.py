"""A digital calibration certificate of a heated plate, as a laboratory would send it."""

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
ROOT = (
    '<dcc:digitalCalibrationCertificate schemaVersion="3.3.0" xmlns:dcc="https://ptb.de/dcc"'
    ' xmlns:si="https://ptb.de/si">'
)
ADMINISTRATION = """
<dcc:administrativeData>
 <dcc:coreData>
  <dcc:countryCodeISO3166_1>BE</dcc:countryCodeISO3166_1>
  <dcc:uniqueIdentifier>LAB-2026-0815</dcc:uniqueIdentifier>
  <dcc:beginPerformanceDate>2026-03-02</dcc:beginPerformanceDate>
  <dcc:endPerformanceDate>2026-03-03</dcc:endPerformanceDate>
  <dcc:issueDate>2026-03-05</dcc:issueDate>
 </dcc:coreData>
 <dcc:items><dcc:item>
  <dcc:name><dcc:content lang="de">Flächenstrahler</dcc:content>
   <dcc:content lang="en">Flat-plate blackbody</dcc:content></dcc:name>
  <dcc:model>BB-60</dcc:model>
  <dcc:identifications>
   <dcc:identification><dcc:issuer>customer</dcc:issuer>
    <dcc:value>inv-7</dcc:value></dcc:identification>
   <dcc:identification><dcc:issuer>manufacturer</dcc:issuer>
    <dcc:value>SN 4711</dcc:value></dcc:identification>
  </dcc:identifications>
 </dcc:item></dcc:items>
 <dcc:calibrationLaboratory><dcc:contact>
  <dcc:name><dcc:content>Example Metrology</dcc:content></dcc:name>
 </dcc:contact></dcc:calibrationLaboratory>
</dcc:administrativeData>"""
ROOM = """
<dcc:influenceConditions><dcc:influenceCondition><dcc:data><dcc:quantity>
 <si:real><si:value>23.0</si:value><si:unit>\\degreecelsius</si:unit><si:expandedUnc>
  <si:uncertainty>0.5</si:uncertainty><si:coverageFactor>2</si:coverageFactor>
 </si:expandedUnc></si:real>
</dcc:quantity></dcc:data></dcc:influenceCondition></dcc:influenceConditions>"""
OLD = """
<dcc:quantity refType="basic_measuredValue">
 <dcc:name><dcc:content lang="en">Surface temperature</dcc:content></dcc:name>
 <si:real><si:value>{value}</si:value><si:unit>{unit}</si:unit><si:expandedUnc>
  <si:uncertainty>{u}</si:uncertainty><si:coverageFactor>{k}</si:coverageFactor>
  <si:coverageProbability>0.95</si:coverageProbability>
 </si:expandedUnc></si:real>
</dcc:quantity>"""
NEW = """
<dcc:quantity>
 <dcc:name><dcc:content lang="en">Surface temperature</dcc:content></dcc:name>
 <si:real><si:value>39.02</si:value><si:unit>\\degreecelsius</si:unit>
  <si:measurementUncertaintyUnivariate><si:expandedMU>
   <si:valueExpandedMU>0.12</si:valueExpandedMU><si:coverageFactor>2.1</si:coverageFactor>
  </si:expandedMU></si:measurementUncertaintyUnivariate></si:real>
</dcc:quantity>"""
LIST = """
<dcc:quantity>
 <dcc:name><dcc:content lang="en">Radiance temperature</dcc:content></dcc:name>
 <si:realListXMLList><si:valueXMLList>34.01 37.02</si:valueXMLList>
  <si:unitXMLList>\\degreecelsius</si:unitXMLList>
  <si:expandedUncXMLList><si:uncertaintyXMLList>0.10 0.11</si:uncertaintyXMLList>
   <si:coverageFactorXMLList>2</si:coverageFactorXMLList></si:expandedUncXMLList>
 </si:realListXMLList>
</dcc:quantity>"""


def quantity(
    value: str = "36.03", unit: str = "\\degreecelsius", u: str = "0.15", k: str = "2"
) -> str:
    return OLD.format(value=value, unit=unit, u=u, k=k)


def certificate(*quantities: str, administration: str = ADMINISTRATION, more: str = "") -> bytes:
    data = "".join(quantities or (quantity(),))
    results = (
        f"<dcc:measurementResults><dcc:measurementResult>{ROOM}<dcc:results><dcc:result><dcc:data>"
        f"{data}</dcc:data></dcc:result></dcc:results></dcc:measurementResult></dcc:measurementResults>"
    )
    return (
        f"{HEAD}{ROOT}{administration}{results}{more}</dcc:digitalCalibrationCertificate>"
    ).encode()
