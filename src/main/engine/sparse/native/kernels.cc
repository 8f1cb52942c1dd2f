// All native kernels for one kind of processor. This file is compiled once for every kind, with the
// width of its vectors in TICKET_FLOATS and the name of the list in TICKET_LIST; see native-build.ts.
//
// Nothing here may be an inline function with a linkage of its own, as those of the standard library
// are: the linker keeps one copy of each, perhaps the one for a processor that this one is not.
#include "activations.h"
#include "batch-norm.h"
#include "call.h"
#include "convolution.h"
#include "dense.h"
#include "examples.h"
#include "optimizers.h"
#include "pooling.h"

#define KERNEL(TYPE, NAME) {#NAME, Call<signatures::NAME, TYPE<TICKET_FLOATS>::NAME>::call}

static const Kernel KERNELS[] = {
    KERNEL(Activations, addActivations),
    KERNEL(Activations, reluBackward),
    KERNEL(Activations, reluForward),
    KERNEL(BatchNormalization, batchNormApply),
    KERNEL(BatchNormalization, batchNormGradients),
    KERNEL(BatchNormalization, batchNormInference),
    KERNEL(BatchNormalization, batchNormInputGradient),
    KERNEL(BatchNormalization, batchNormStatistics),
    KERNEL(Convolution, convolutionBiasGradient),
    KERNEL(Convolution, convolutionWeightGradient),
    KERNEL(Convolution, convolve),
    KERNEL(Convolution, gatherWeights),
    KERNEL(Convolution, scatterInputGradient),
    KERNEL(Dense, denseBiasGradient),
    KERNEL(Dense, denseForward),
    KERNEL(Dense, denseForwardBytes),
    KERNEL(Dense, denseInputGradient),
    KERNEL(Dense, denseWeightGradient),
    KERNEL(Examples, planesOfExamples),
    KERNEL(Examples, scaleBytes),
    KERNEL(Examples, transposeExamples),
    KERNEL(Examples, widenPlanes),
    KERNEL(Examples, widenRows),
    KERNEL(Optimizers, adam),
    KERNEL(Optimizers, adamw),
    KERNEL(Optimizers, addPenalty),
    KERNEL(Optimizers, momentum),
    KERNEL(Optimizers, nesterov),
    KERNEL(Optimizers, rmsprop),
    KERNEL(Optimizers, scaleGradient),
    KERNEL(Optimizers, sgd),
    KERNEL(Pooling, averagePoolBackward),
    KERNEL(Pooling, averagePoolForward),
    KERNEL(Pooling, maxPoolBackward),
    KERNEL(Pooling, maxPoolForward),
    {nullptr, nullptr},
};

const Kernel *TICKET_LIST() { return KERNELS; }
