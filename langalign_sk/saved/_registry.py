"""What a saved model may consist of: classes and functions, by name, and no others."""

from __future__ import annotations

import importlib
from typing import Any

#: Classes of scikit-learn by the module that has them. Each is plain: its state is numbers, words,
#: arrays and other classes of this list, and what it computes is done in Python and NumPy or checks
#: what it is given. Trees and kernel machines are not among them: their compiled parts believe
#: what stands in their state.
SKLEARN: tuple[tuple[str, str], ...] = (
    ("sklearn.calibration", "CalibratedClassifierCV"),
    ("sklearn.calibration", "_CalibratedClassifier _SigmoidCalibration _TemperatureScaling"),
    ("sklearn.compose", "ColumnTransformer TransformedTargetRegressor"),
    ("sklearn.compose._column_transformer", "_RemainderColsList"),
    ("sklearn.covariance", "EmpiricalCovariance LedoitWolf OAS ShrunkCovariance"),
    ("sklearn.decomposition", "IncrementalPCA PCA TruncatedSVD"),
    ("sklearn.discriminant_analysis", "LinearDiscriminantAnalysis"),
    ("sklearn.discriminant_analysis", "QuadraticDiscriminantAnalysis"),
    ("sklearn.dummy", "DummyClassifier DummyRegressor"),
    ("sklearn.ensemble", "StackingClassifier StackingRegressor VotingClassifier VotingRegressor"),
    ("sklearn.feature_extraction.text", "CountVectorizer HashingVectorizer"),
    ("sklearn.feature_extraction.text", "TfidfTransformer TfidfVectorizer"),
    ("sklearn.feature_selection", "SelectFromModel SelectKBest SelectPercentile VarianceThreshold"),
    ("sklearn.frozen", "FrozenEstimator"),
    ("sklearn.isotonic", "IsotonicRegression"),
    ("sklearn.kernel_approximation", "Nystroem RBFSampler"),
    ("sklearn.linear_model", "ARDRegression BayesianRidge ElasticNet ElasticNetCV GammaRegressor"),
    ("sklearn.linear_model", "HuberRegressor Lasso LassoCV LinearRegression LogisticRegression"),
    ("sklearn.linear_model", "LogisticRegressionCV MultiTaskElasticNet MultiTaskLasso"),
    ("sklearn.linear_model", "PassiveAggressiveClassifier PassiveAggressiveRegressor Perceptron"),
    ("sklearn.linear_model", "PoissonRegressor Ridge RidgeCV RidgeClassifier RidgeClassifierCV"),
    ("sklearn.linear_model", "SGDClassifier SGDRegressor TheilSenRegressor TweedieRegressor"),
    ("sklearn.linear_model._ridge", "_RidgeGCV"),
    ("sklearn.model_selection", "FixedThresholdClassifier"),
    ("sklearn.multiclass", "OneVsOneClassifier OneVsRestClassifier _ConstantPredictor"),
    ("sklearn.multioutput", "ClassifierChain MultiOutputClassifier MultiOutputRegressor"),
    ("sklearn.multioutput", "RegressorChain"),
    ("sklearn.naive_bayes", "BernoulliNB ComplementNB GaussianNB MultinomialNB"),
    ("sklearn.neighbors", "KNeighborsClassifier KNeighborsRegressor NearestCentroid"),
    ("sklearn.neighbors", "NearestNeighbors RadiusNeighborsClassifier RadiusNeighborsRegressor"),
    ("sklearn.neural_network", "MLPClassifier MLPRegressor"),
    ("sklearn.neural_network._stochastic_optimizers", "AdamOptimizer SGDOptimizer"),
    ("sklearn.pipeline", "FeatureUnion Pipeline"),
    ("sklearn.preprocessing", "Binarizer FunctionTransformer KBinsDiscretizer LabelBinarizer"),
    ("sklearn.preprocessing", "LabelEncoder MaxAbsScaler MinMaxScaler MultiLabelBinarizer"),
    ("sklearn.preprocessing", "Normalizer OneHotEncoder OrdinalEncoder PolynomialFeatures"),
    ("sklearn.preprocessing", "PowerTransformer QuantileTransformer RobustScaler StandardScaler"),
    ("sklearn.random_projection", "GaussianRandomProjection SparseRandomProjection"),
    ("sklearn.impute", "SimpleImputer"),
    ("sklearn.svm", "LinearSVC LinearSVR"),
    ("sklearn.utils", "Bunch"),
    ("sklearn.utils._metadata_requests", "MetadataRequest MethodMetadataRequest"),
)
#: Functions that a FunctionTransformer or a selector may name.
FUNCTIONS: tuple[tuple[str, str], ...] = (
    ("langalign_sk.align", "own_columns"),
    ("numpy", "absolute cbrt exp exp2 expm1 log log10 log1p log2 negative sign sqrt square tanh"),
    ("sklearn.feature_selection", "chi2 f_classif f_regression r_regression"),
    ("sklearn.preprocessing", "maxabs_scale minmax_scale normalize scale"),
)
OURS = "langalign_sk"


def name_of(cls: type) -> str | None:
    """Return the name of a class that may be saved; None for others."""
    name = cls.__name__
    if own_classes().get(name) is cls:
        return f"{OURS}:{name}"
    module = _module_of(SKLEARN, name) if cls.__module__.startswith("sklearn.") else None
    if module is not None and getattr(importlib.import_module(module), name, None) is cls:
        return f"{module}:{name}"
    return None


def class_of(name: str) -> type | None:
    """Return the class of that name; None where it may not be loaded, or is not installed."""
    module, _, own = name.partition(":")
    if module == OURS:
        return own_classes().get(own)
    found = _listed(SKLEARN, module, own)
    return found if isinstance(found, type) else None


def function_name(function: Any) -> str | None:
    """Return the name of a function that may be saved; None for others."""
    name = getattr(function, "__name__", "")
    for module, _ in FUNCTIONS:
        if function is not None and _listed(FUNCTIONS, module, name) is function:
            return f"{module}:{name}"
    return None


def function_of(name: str) -> Any:
    """Return the function of that name; None where it may not be loaded."""
    module, _, own = name.partition(":")
    return _listed(FUNCTIONS, module, own)


def own_classes() -> dict[str, type]:
    """Return the classes of this package that a saved model may hold, by name.

    Names without their modules: what an older version wrote is read after a file has moved.
    """
    from langalign_sk import encoders
    from langalign_sk.align import (
        ClusterIsotropy,
        LangAligner,
        LanguageEraser,
        LanguageGate,
        OutlierDimRemover,
        PairFeatures,
        ReverseAligner,
        TextAligner,
        TopicFeatures,
        ZCAWhitening,
    )
    from langalign_sk.corpus import PairMoments, ParallelCorpus, TextPool
    from langalign_sk.maps import TRUSTED_MAPS, GeneralizedProcrustes
    from langalign_sk.prepare import DialectNormalizer, EntityFeatures, Transliterator
    from langalign_sk.store import MemoryCache
    from langalign_sk.text import (
        BlockLayout,
        EmbeddingExtractor,
        LanguageDetector,
        LearnedDetector,
    )
    from langalign_sk.transfer import PARTS

    public = [getattr(encoders, name) for name in encoders.__all__]
    # Those are an address or a folder, and written as such.
    elsewhere = (encoders.HttpEncoder, encoders.OnnxEncoder)
    classes = (
        *(cls for cls in public if isinstance(cls, type) and cls not in elsewhere),
        BlockLayout,
        ClusterIsotropy,
        DialectNormalizer,
        EmbeddingExtractor,
        EntityFeatures,
        GeneralizedProcrustes,
        encoders.HeldCheckpoint,
        LangAligner,
        LanguageDetector,
        LanguageEraser,
        LanguageGate,
        LearnedDetector,
        MemoryCache,
        OutlierDimRemover,
        PairFeatures,
        PairMoments,
        ParallelCorpus,
        ReverseAligner,
        TextAligner,
        TextPool,
        TopicFeatures,
        Transliterator,
        ZCAWhitening,
        *PARTS,
        *TRUSTED_MAPS,
    )
    return {cls.__name__: cls for cls in classes}


def _module_of(table: tuple[tuple[str, str], ...], name: str) -> str | None:
    """Return the module that a table has a name under."""
    return next((module for module, names in table if name in names.split()), None)


def _listed(table: tuple[tuple[str, str], ...], module: str, name: str) -> Any:
    """Return what a table lists; only modules that stand in the table are ever imported."""
    if any(module == own and name in names.split() for own, names in table):
        try:
            return getattr(importlib.import_module(module), name, None)
        except ImportError:  # another version of scikit-learn
            return None
    return None
